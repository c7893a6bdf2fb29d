#define TILE_PIXELS 2
#define TILE_BLOCKS 1
#define TILE_FACTORS 384
#define FETCH(address)
#define WINDOW_PIXELS 2
#include "Loops/All.h"
const CKKernels ck_baseline = TABLE("baseline");
