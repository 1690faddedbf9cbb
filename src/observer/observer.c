#include "observer/observer.h"

int
observer_run(void)
{
    return 0;
}
