// Codecs of libtiff that Calibrant refuses by name before a pixel is read, and whose libraries the static program does
// without: JBIG-KIT (under the GPL), LERC and WebP inside TIFF. Nothing registered, libtiff's own refusals stay in place.

typedef struct tiff TIFF;

int TIFFInitJBIG(TIFF *tiff, int scheme) { return (void)tiff, (void)scheme, 1; }
int TIFFInitLERC(TIFF *tiff, int scheme) { return (void)tiff, (void)scheme, 1; }
int TIFFInitWebP(TIFF *tiff, int scheme) { return (void)tiff, (void)scheme, 1; }
