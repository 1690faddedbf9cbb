#include "worker/worker.h"

int
worker_run(void)
{
    return 0;
}
