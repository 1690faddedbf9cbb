/* Reads the command line and becomes one of the three roles. */
#include "control/control.h"
#include "observer/observer.h"
#include "worker/worker.h"

int
main(void)
{
    return control_run(&(struct control_options){0}) + worker_run() + observer_run();
}
