// The demo's networks as bytes inside the program. They come in through C, because #embed takes no
// time to compile, where a Swift array literal of this size takes minutes.
#ifndef CALIBRANT_CDEMOMODEL_H
#define CALIBRANT_CDEMOMODEL_H

#include <stddef.h>
#include <stdint.h>

/// Start and length of the ONNX files, which live as long as the program.
const uint8_t *calibrant_demo_model(void);
size_t calibrant_demo_model_size(void);

const uint8_t *calibrant_demo_detector(void);
size_t calibrant_demo_detector_size(void);

const uint8_t *calibrant_demo_segmenter(void);
size_t calibrant_demo_segmenter_size(void);

#endif
