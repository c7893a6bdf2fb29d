#define TILE_PIXELS 2
#define TILE_BLOCKS 1
#include "Loops/All.h"
const CKKernels ck_baseline = TABLE("baseline");
