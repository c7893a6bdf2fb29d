import Foundation
import CalibrantHarness
import CalibrantLinearAlgebra
import TestSupport
import Testing

/// Vectors of FIPS 180-4's example file (NIST, "SHA256.pdf" and "SHA2_Additional.pdf").
private let vectors: [(message: String, digest: String)] = [
  ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
  ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
  (
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
  ),
  (
    String(repeating: "a", count: 1_000_000),
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
  ),
]

@Suite struct ContentHashTests {
  @Test func standardVectors() throws {
    let folder = try TemporaryFolder()
    for (message, digest) in vectors {
      #expect(ContentHash.sha256(message.utf8) == digest)
      // The longest message needs more than one piece of the file.
      let path = try folder.write(Data(message.utf8), to: "message")
      #expect(try ContentHash.sha256(ofFile: path) == digest)
    }
  }

  @Test func unreadableFilesAreNamed() throws {
    let folder = try TemporaryFolder()
    #expect(throws: DatasetError.missing(path: folder.file("none"))) {
      try ContentHash.sha256(ofFile: folder.file("none"))
    }
    #expect(throws: DatasetError.unreadable(path: folder.path, reason: "Is a directory")) {
      try ContentHash.sha256(ofFile: folder.path)
    }
  }

  /// The first outputs for seed 1234567, as the generator's reference implementation prints them.
  @Test func splitMixReference() {
    var generator = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423,
      4_593_380_528_125_082_431, 16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in generator.next() } == expected)
  }
}
