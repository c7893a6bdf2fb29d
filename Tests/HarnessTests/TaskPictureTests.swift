import CalibrantTasks
import Testing

@testable import CalibrantHarness

/// Pictures of what changed between two models' boxes, masks and texts.
@Suite struct TaskPictureTests {
  private static let hostile = "<b>\"x\" & 'y'</b>\u{1B}[2J\u{202E}"
  private static let escaped =
    "&lt;b&gt;&quot;x&quot; &amp; &#39;y&#39;&lt;/b&gt;\\u{1b}[2J\\u{202e}"

  // MARK: Boxes

  private func detection(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ score: Double = 0.5,
    category: Int = 0
  ) -> Detection {
    Detection(
      box: Box(x: x, y: y, width: width, height: height), category: category, score: score)
  }

  private func overlay(
    _ arm: [Detection], _ reference: [Detection], names: [String] = ["cat", "dog"],
    width: Int = 600, height: Int = 400
  ) -> BoxOverlay {
    BoxOverlay(
      pairing: BoxPairing(arm, reference: reference, above: 0.25), width: width, height: height,
      classNames: names)
  }

  /// 600 pixels are 300 units: a box of 40, 60, 200, 100 is drawn at 20, 30, 100, 50.
  @Test func boxesLieWhereTheyAreInTheImage() {
    let reference = [detection(40, 60, 200, 100), detection(400, 300, 100, 100, category: 1)]
    let picture = overlay(
      [detection(40, 60, 200, 100, 0.75), detection(300, 0, 100, 50, 0.31, category: 2)], reference)
    let svg = picture.svg
    #expect(picture.summary == "1 box found again, 1 lost, 1 of the arm alone")
    #expect(overlay([], []).summary == "0 boxes found again, 0 lost, 0 of the arm alone")
    #expect(
      svg.hasPrefix(
        "<svg viewBox=\"0 0 300 200\" role=\"img\" aria-label=\"1 box found again, 1 lost, 1 of the arm alone\">"
      ))
    #expect(
      svg.contains(
        "<g class=\"box found\"><title>cat 0.75, found again</title>"
          + "<rect class=\"under\" x=\"20\" y=\"30\" width=\"100\" height=\"50\"/>"))
    #expect(
      svg.contains("<g class=\"box lost\"><title>dog 0.50, lost (−)</title>")
        && svg.contains("<rect x=\"200\" y=\"150\" width=\"50\" height=\"50\"/>"))
    #expect(svg.contains("<g class=\"box extra\"><title>2 0.31, of the arm alone (+)</title>"))
  }

  /// Lost boxes are named at the top, boxes of the arm at the bottom, and on the side with room.
  @Test func labelsStayInThePicture() {
    let svg = overlay([detection(400, 300, 100, 100, category: 1)], [detection(40, 60, 200, 100)])
      .svg
    #expect(
      svg.contains(
        "<text class=\"label lost\" x=\"20\" y=\"42\" text-anchor=\"start\">− cat 0.50</text>"))
    #expect(
      svg.contains(
        "<text class=\"label extra\" x=\"250\" y=\"197\" text-anchor=\"end\">+ dog 0.50</text>"))
    let atBottom = overlay([], [detection(0, 395, 10, 5)])
    #expect(atBottom.svg.contains("x=\"0\" y=\"197\""))
    let atTop = overlay([], [detection(0, 0, 10, 10)], names: ["a very long name of a class"])
    #expect(
      atTop.svg.contains(
        "x=\"0\" y=\"12\" text-anchor=\"start\">− a very long name of a class 0.50<"))
    let narrow = overlay(
      [], [detection(0, 0, 10, 10)], names: ["a very long name of a class"], width: 100,
      height: 400)
    #expect(narrow.svg.contains(">− a very …</text>"))
  }

  @Test func namesOfClassesAreText() {
    let svg = overlay([], [detection(40, 60, 100, 100)], names: [Self.hostile]).svg
    #expect(svg.contains("<title>\(Self.escaped) 0.50, lost (−)</title>"))
    #expect(!svg.contains("<b>") && !svg.contains("\u{1B}"))
  }

  @Test func whatIsNoBoxIsNotDrawn() {
    let svg = overlay([detection(.nan, 0, 1, 1), detection(0, 0, .infinity, 1)], []).svg
    #expect(!svg.contains("<rect") && !svg.contains("<text"))
    #expect(overlay([], [], width: 0, height: 0).svg.contains("viewBox=\"0 0 300 300\""))
  }

  @Test func overlaysLieOnThumbnails() {
    #expect(
      Overlay.html(thumbnail: "data:,", drawing: "<svg/>")
        == "<div class=\"overlaid\"><img alt=\"\" src=\"data:,\"><svg/></div>")
    #expect(
      Overlay.html(thumbnail: nil, drawing: "<svg/>") == "<div class=\"overlaid\"><svg/></div>")
  }

  // MARK: Masks

  private func map(_ rows: [[UInt16]]) -> LabelMap {
    LabelMap(height: rows.count, width: rows.first?.count ?? 0, labels: rows.flatMap { $0 })
  }

  /// 4 pixels are 300 units; neighbours of a row are one rectangle.
  @Test func changedPixelsAreMarked() {
    let picture = MaskOverlay(
      reference: map([[0, 0, 1, 1], [0, 2, 2, 255]]), arm: map([[0, 1, 0, 1], [0, 2, 1, 0]]),
      classNames: ["road", Self.hostile], ignored: 255)
    #expect(picture.summary == "42.86 % of 7 pixels changed their class")
    let svg = picture.svg
    #expect(svg.contains("<svg viewBox=\"0 0 300 150\""))
    #expect(svg.contains("<rect class=\"veil\" width=\"300\" height=\"150\"/>"))
    #expect(
      svg.contains(
        "<path class=\"changed level4\" d=\"M75 0h150v75h-150zM150 75h75v75h-75z\"/>"))
    #expect(!svg.contains("level1"))
    #expect(
      picture.lines()
        == """
        <span>road → <b>\(Self.escaped)</b> <span class="soft">1 pixel</span><br>
        \(Self.escaped) → <b>road</b> <span class="soft">1 pixel</span><br>
        2 → <b>\(Self.escaped)</b> <span class="soft">1 pixel</span></span>
        """)
  }

  /// Squares of 2 x 2 pixels: a quarter, a half, three quarters of one changed; the last column is half as wide.
  @Test func largeMapsAreDrawnCoarsely() {
    let width = 299
    var arm = [UInt16](repeating: 0, count: width * 4)
    for index in [0, 2, 3, 4, 5, width + 4, width - 1, 3 * width + 9] { arm[index] = 1 }
    let cells = ChangedCells(width: width, height: 4) { arm[$0] == 1 }
    #expect(Array(cells.cells[0..<4]) == [1, 2, 3, 0])
    #expect(cells.cells[149] == 2 && cells.cells[150 + 4] == 1)
    #expect(cells.cells.count == 300)
    #expect(cells.path(of: 2, scale: 1) == "M2 0h2v2h-2zM298 0h1v2h-1z")
    #expect(cells.path(of: 4, scale: 1) == "")
  }

  @Test func equalAndEmptyMapsHaveNothingMarked() {
    for same in [map([[3, 3]]), map([])] {
      let picture = MaskOverlay(reference: same, arm: same, classNames: [])
      #expect(!picture.svg.contains("<path"))
      #expect(picture.lines() == "<span></span>")
      #expect(picture.summary.hasPrefix("0.00 % of"))
    }
  }

  // MARK: Texts

  private func lines(_ before: String, _ after: String) -> [String] {
    TextChange(before: ("float", before), after: ("int8", after)).html.split(separator: "\n")
      .filter { $0.hasPrefix("<dt>") }.map(String.init)
  }

  @Test func changedCharactersAreMarked() {
    #expect(
      lines("hello", "hallo!")
        == [
          "<dt>float</dt><dd><bdi>h<del>e</del>llo</bdi></dd>",
          "<dt>int8</dt><dd><bdi>h<ins>a</ins>llo<ins>!</ins></bdi></dd>",
        ])
    #expect(
      lines("", "a  b")
        == [
          "<dt>float</dt><dd><span class=\"soft\">no text</span></dd>",
          "<dt>int8</dt><dd><bdi><ins>a  b</ins></bdi></dd>",
        ])
    #expect(lines("same", "same")[0] == "<dt>float</dt><dd><bdi>same</bdi></dd>")
  }

  @Test func textsAreText() {
    let change = TextChange(before: (Self.hostile, Self.hostile), after: ("b", "x"))
    #expect(change.html.hasPrefix("<dl class=\"change\">\n<dt>\(Self.escaped)</dt><dd>"))
    #expect(!change.html.contains("<b>") && !change.html.contains("\u{1B}"))
  }

  /// Comparing them scalar by scalar would take long.
  @Test func textsWithoutEndAreExchanged() {
    let (long, other) = (String(repeating: "a", count: 3000), String(repeating: "b", count: 3000))
    #expect(lines(long + "c", other + "c")[0].contains("<del>\(long)c</del>"))
  }

  @Test func neighborsAreNamed() {
    let change = NeighborChange(
      image: .init(path: "cats/2.png", label: "cats", similarity: nil),
      before: .init(path: "cats/1.png", label: "cats", similarity: 0.91234),
      after: .init(path: Self.hostile, label: Self.hostile, similarity: 0.5))
    let html = change.html(["cats/1.png": "data:x"])
    #expect(
      html.contains(
        "<img alt=\"\" src=\"data:x\"><span class=\"soft\">nearest in the original</span>"
          + "<b>cats</b><br>cosine 0.912<br><span class=\"path\">cats/1.png</span>"))
    #expect(
      html.contains(
        "<b>\(Self.escaped)</b><br>cosine 0.500<br><span class=\"path\">\(Self.escaped)</span>"))
    #expect(!html.contains("<b>\"x") && !html.contains("\u{1B}"))
    #expect(change.paths == ["cats/2.png", "cats/1.png", Self.hostile])
    let none = NeighborChange(image: change.image, before: nil, after: nil)
    #expect(none.html([:]).contains("nearest now</span>none</div>"))
  }
}
