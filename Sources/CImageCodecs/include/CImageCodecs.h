// JPEG and PNG through libjpeg and libpng, behind plain functions that never long-jump into Swift.
#ifndef CALIBRANT_CIMAGECODECS_H
#define CALIBRANT_CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageEncoders.h"

#endif
