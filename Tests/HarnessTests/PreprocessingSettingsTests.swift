import CalibrantImaging
import Testing

@testable import CalibrantHarness

/// Every recipe is spelled as the options that select it.
@Suite struct PreprocessingSettingsTests {
  @Test(arguments: [
    (Preprocessing.Resize.none, "resize none"), (.shorterSide(256), "resize 256"),
    (.exact(width: 640, height: 384), "resize 640x384"), (.height(48), "resize x48"),
    (.letterbox(width: 640, height: 384, placement: .center), "letterbox 640x384"),
    (.letterbox(width: 416, height: 416, placement: .corner), "letterbox 416x416,corner"),
  ])
  func geometry(_ resize: Preprocessing.Resize, _ option: String) {
    let first = Preprocessing(resize: resize).settings[0]
    #expect("\(first.key) \(first.value)" == option)
  }

  private func flags(_ recipe: Preprocessing, side: Int = 640) -> String? {
    Recipe("", recipe).flags(side: side)
  }

  @Test func recipesOfDetectors() {
    let frame = ImageSize(width: 640, height: 384)
    // Without a number the preset would take the model's side, which a file may leave open.
    #expect(flags(.yolo(frame)) == "--preset none --letterbox 640x384")
    #expect(flags(.yolox(frame)) == "--preset yolox --letterbox 640x384,corner")
  }

  @Test func stretchingIsNotTakenForALetterboxOfTheSameSize() {
    let exact = Preprocessing(resize: .exact(width: 640, height: 640))
    #expect(flags(exact) == "--preset none --resize 640x640")
    var yolox = Preprocessing.yolox(ImageSize(width: 640, height: 640))
    yolox.resize = .exact(width: 640, height: 640)
    #expect(flags(yolox) == "--preset yolox --resize 640x640")
  }
}
