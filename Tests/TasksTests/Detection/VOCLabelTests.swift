import Foundation
import TestSupport
import Testing

@testable import CalibrantTasks

@Suite struct VOCLabelTests {
  private static func annotation(_ object: String, head: String = "") -> String {
    """
    <?xml version="1.0" encoding="UTF-8"?>
    <!-- made by hand -->
    \(head)<annotation verified='a>b'>
      <filename> one &amp; two.jpg </filename>
      <size><width>500</width><height>375</height><depth/></size>
      \(object)
    </annotation>
    """
  }

  private static func object(
    _ corners: String = "<xmin>9</xmin><ymin>107.5</ymin><xmax>499</xmax><ymax>263</ymax>",
    name: String = "<name>dog</name>", more: String = ""
  ) -> String {
    "<object>\(name)\(more)<bndbox>\(corners)</bndbox></object>"
  }

  @Test func boxesCoverBothCorners() throws {
    let part = "<part><name>head</name><bndbox><xmin>1</xmin></bndbox></part>"
    let folder = try TemporaryFolder([
      "Annotations/b.xml": Self.annotation(Self.object(more: "<difficult>1</difficult>" + part)),
      "Annotations/a.xml": Self.annotation(
        Self.object(name: "<name><![CDATA[cat]]></name>") + Self.object()),
      "JPEGImages/a.jpg": "",
    ])
    let labels = try VOCLabels.read(folder.path)
    #expect(labels.categories == ["cat", "dog"])
    #expect(labels.images.map(\.path) == ["one & two.jpg", "one & two.jpg"])
    let box = Box(x: 8, y: 106.5, width: 491, height: 156.5)
    let first = labels.images[0].truths(width: 500, height: 375)
    #expect(first == [TruthBox(box: box, category: 0), TruthBox(box: box, category: 1)])
    let second = labels.images[1].truths(width: 500, height: 375)
    #expect(second == [TruthBox(box: box, category: 1, isIgnored: true)])
    let named = try VOCLabels.read(folder.file("Annotations"), names: ["dog", "bird", "cat"])
    #expect(named.images[0].truths(width: 500, height: 375).map(\.category) == [2, 0])
    #expect(throws: BoxLabelError.self) { try VOCLabels.read(folder.path, names: ["dog"]) }
  }

  @Test(arguments: [
    ("", "ends too early"),
    ("<annotation>", "ends too early"),
    ("<other></other>", "annotation is missing"),
    ("<annotation></annotation>", "filename is missing"),
    ("</annotation>", "ends what did not begin"),
    ("<a><b></a></b>", "line 1: not XML: </a> ends what did not begin"),
    ("< ></ >", "a tag without a name"),
    (annotation("&boom;"), "not XML: an entity that is not XML's own"),
    (annotation("", head: "<!DOCTYPE a [<!ENTITY boom 'x'>]>"), "declarations of its own"),
    (annotation(object("<xmin>1</xmin>")), "object 1: ymin is missing"),
    (annotation(object("<xmin>nan</xmin>")), "object 1: xmin nan is not a number"),
    (
      annotation(object("<xmin>9</xmin><ymin>1</ymin><xmax>3</xmax><ymax>3</ymax>")), "is not a box"
    ),
    (annotation(object("<xmin>1</xmin><ymin>1</ymin><xmax>1e999</xmax><ymax>3</ymax>")), "xmax"),
    (annotation(object(name: "<name/>")), "object 1: name is missing"),
    (annotation(object(name: "")), "object 1: name is missing"),
    (annotation("<object><name>dog</name></object>"), "object 1: bndbox is missing"),
    (annotation(object(more: "<difficult>maybe</difficult>")), "difficult maybe is not a number"),
    (String(repeating: "<a>", count: 100_000), "too deeply nested"),
    ("<annotation a='", "ends too early"),
    ("<annotation><!-- ", "ends too early"),
  ])
  func badXMLIsRefused(text: String, message: String) throws {
    let folder = try TemporaryFolder(["a.xml": text])
    let error = #expect(throws: BoxLabelError.self) { try VOCLabels.read(folder.path) }
    let description = try #require(error).description
    #expect(
      description.hasPrefix(folder.file("a.xml")) && description.contains(message),
      "\(description)")
  }
}
