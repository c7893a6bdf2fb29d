#include "CDemoModel.h"

// Standard since C23; clang has it in every mode, with a warning.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t model[] = {
#embed "demo.onnx"
};

const uint8_t *calibrant_demo_model(void) { return model; }

size_t calibrant_demo_model_size(void) { return sizeof model; }
