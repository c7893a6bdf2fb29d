/// GIF: the first frame on its canvas. What the frame leaves free has the transparent colour, or else the palette's first;
/// transparency is dropped.
public struct GIFDecoder: ImageDecoder {
  static let name = "GIF"
  public let format = GIFDecoder.name

  public init() {}

  public func recognizes(_ bytes: UnsafeRawBufferPointer) -> Bool {
    bytes.starts(with: "GIF87a".utf8) || bytes.starts(with: "GIF89a".utf8)
  }

  public func size(of bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageSize {
    try GIFFrame(bytes).canvas
  }

  public func decode(_ bytes: UnsafeRawBufferPointer) throws(ImagingError) -> ImageBuffer {
    let frame = try GIFFrame(bytes)
    var target = GIFCanvas(frame)
    var codes = GIFCodes(ByteCursor(bytes: bytes, format: format, position: frame.start))
    try codes.decode(into: &target)
    return frame.palette.image(target.indices, frame.canvas)
  }
}

/// Takes a frame's indices one by one, in the order in which they are stored.
struct GIFCanvas {
  /// H×W of the whole canvas.
  private(set) var indices: [UInt8]
  /// The canvas positions where the frame's rows begin.
  private let rowStarts: [Int]
  private let width: Int
  private var row = 0
  private var column = 0

  init(_ frame: GIFFrame) {
    let canvas = frame.canvas
    indices = [UInt8](repeating: frame.background, count: canvas.width * canvas.height)
    width = frame.width
    rowStarts = frame.rows.map { (frame.top + $0) * canvas.width + frame.left }
  }

  var isFull: Bool { row == rowStarts.count }

  mutating func append(_ index: UInt8) {
    guard !isFull else { return }
    indices[rowStarts[row] + column] = index
    column += 1
    guard column == width else { return }
    column = 0
    row += 1
  }
}
