// The demo's network as bytes inside the program. They come in through C, because #embed takes no
// time to compile, where a Swift array literal of this size takes minutes.
#ifndef CALIBRANT_CDEMOMODEL_H
#define CALIBRANT_CDEMOMODEL_H

#include <stddef.h>
#include <stdint.h>

/// Start and length of the ONNX file; both live as long as the program.
const uint8_t *calibrant_demo_model(void);
size_t calibrant_demo_model_size(void);

#endif
