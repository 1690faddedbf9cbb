#include "control/control.h"

int
control_run(const struct control_options *options)
{
    (void)options;
    return 0;
}
