/* SPDX-License-Identifier: MIT */
#include "confirm.h"
#include "desk.h"

enum sspr_err
confirm_main(int argc, char **argv)
{
	return desk_one(argc, argv, VERB_CONFIRM,
	    "user confirm takes one USER");
}
