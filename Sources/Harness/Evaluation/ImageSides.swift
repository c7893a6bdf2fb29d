import CalibrantEngine
import CalibrantImaging

extension ImageInput {
  /// A height and width that the model runs at, where its file leaves them open: what the preprocessing states, else what is
  /// usual, the first at which every node fits its inputs. A network whose inner axes are fixed, as a reader of lines of text
  /// is, takes few heights.
  ///
  /// - Throws: `HarnessError.openSides` where it runs at none of them.
  func sides(
    in program: Program, _ preprocessing: Preprocessing? = nil
  ) throws(HarnessError) -> ImageSize {
    if let width, let height { return ImageSize(width: width, height: height) }
    let stated = preprocessing?.statedSides
    let heights = Self.candidates(height, stated?.height, beside: width)
    for height in heights {
      for width in Self.candidates(width, stated?.width, beside: self.height) {
        let sample = type(rows: fixedBatch ?? 1, of: [channels, height, width])
        let planned = Result { () throws(GraphError) in try program.outputTypes([sample]) }
        if case .success = planned { return ImageSize(width: width, height: height) }
      }
    }
    throw .openSides(input: name)
  }

  /// - Parameter other: the other side, where the file fixes it: images are square where nothing says otherwise.
  private static func candidates(_ fixed: Int?, _ stated: Int?, beside other: Int?) -> [Int] {
    if let fixed { return [fixed] }
    let others = [stated, other, usualSide].compactMap(\.self)
    return others
      + [48, 32, 64, 96, 128, 160, 256, 299, 320, 384, 512, 640].filter {
        !others.contains($0)
      }
  }

  /// Of networks that classify.
  static let usualSide = 224
}
