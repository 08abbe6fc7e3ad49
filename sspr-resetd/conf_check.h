/* SPDX-License-Identifier: MIT */
/*
 * conf_check.h - what no single row of conf.def can say: words that must mean
 * something, options that need another, gates that nothing could open.
 */
#ifndef SSPR_CONF_CHECK_H
#define SSPR_CONF_CHECK_H

#include "conf.h"

/*
 * Judge the options as a whole (R-CFG-2).
 *
 * lines   of each option in the file, 0 if it is not there
 * *fault  out, on SSPR_CONFIG: line, key and reason; of two options that do
 *         not go together, one that is in the file
 */
enum sspr_err conf_check(const struct conf *c,
    const unsigned int lines[static CONF_COUNT], struct conf_fault *fault);

#endif /* SSPR_CONF_CHECK_H */
