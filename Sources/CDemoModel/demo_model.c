#include "CDemoModel.h"

// Standard since C23; clang has it in every mode, with a warning.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t model[] = {
#embed "demo.onnx"
};

static const uint8_t detector[] = {
#embed "detector.onnx"
};

static const uint8_t segmenter[] = {
#embed "segmenter.onnx"
};

const uint8_t *calibrant_demo_model(void) { return model; }

size_t calibrant_demo_model_size(void) { return sizeof model; }

const uint8_t *calibrant_demo_detector(void) { return detector; }

size_t calibrant_demo_detector_size(void) { return sizeof detector; }

const uint8_t *calibrant_demo_segmenter(void) { return segmenter; }

size_t calibrant_demo_segmenter_size(void) { return sizeof segmenter; }
