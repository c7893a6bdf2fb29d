// ICU's data, empty: a table of contents without entries, in place of the 34 MB that come with Foundation. They are calendars,
// collations, names of languages, converters and dictionaries, for which nothing here asks; what ICU knows of characters is code.

#include <stdint.h>

// The symbol carries ICU's version: scripts/build-static finds it in Swift's archive.
const struct {
  uint16_t headerSize;
  uint8_t magic[2];
  uint16_t infoSize, reserved;
  uint8_t isBigEndian, charset, sizeOfUChar, padding;
  uint8_t format[4], formatVersion[4], dataVersion[4];
  uint64_t upToHeaderSize;
  uint32_t entries;
} ICU_DATA __attribute__((aligned(16))) = {
    .headerSize = 32,
    .magic = {0xda, 0x27},
    .infoSize = 20,
    .sizeOfUChar = sizeof(uint16_t),
    .format = {'C', 'm', 'n', 'D'},
    .formatVersion = {1},
};
