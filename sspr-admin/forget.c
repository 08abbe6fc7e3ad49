/* SPDX-License-Identifier: MIT */
#include "forget.h"
#include "desk.h"

enum sspr_err
forget_main(int argc, char **argv)
{
	return desk_one(argc, argv, VERB_FORGET, "user forget takes one USER");
}
