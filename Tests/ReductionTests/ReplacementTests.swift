import CellModel
import Testing

@testable import Reduction

@Suite struct ReplacementTests {
  /// Every dendritic section is in one piece, whose stem is on the soma; nothing else is.
  @Test(arguments: UInt64(1)...60)
  func dendritesAreInOnePieceEach(seed: UInt64) throws {
    let cell = RandomCell(seed: seed).cell
    let replacement = try Replacement(dendritesOf: cell)
    let all = replacement.pieces.flatMap(\.sections)
    #expect(all.sorted() == cell.sections.indices.filter { cell.sections[$0].role.isDendritic })
    for index in cell.sections.indices {
      #expect(replacement.contains(index) == all.contains(index))
    }
    let roles = replacement.pieces.map { cell.sections[$0.stem].role == .apical }
    #expect(roles == roles.sorted { $0 && !$1 })
    for piece in replacement.pieces {
      #expect(piece.sections.first == piece.stem)
      #expect(cell.sections[piece.stem].attachment == piece.attachment)
      #expect(cell.sections[piece.attachment.parent].role == .soma)
      for (place, section) in piece.sections.enumerated().dropFirst() {
        let parent = try #require(cell.sections[section].attachment?.parent)
        #expect(piece.sections.prefix(place).contains(parent))
      }
    }
  }

  /// Soma; a stem by its 1 end; a branch where the stem begins, another at its far end; an axon where that
  /// one begins.
  @Test func placesGoWithSegments() throws {
    var builder = CellBuilder()
    let stem = builder.add(.basal, on: 0, at: 1, ownEnd: 1, segments: 4)
    let near = builder.add(.basal, on: stem, at: 1, segments: 2)
    let far = builder.add(.basal, on: stem, at: 0, segments: 2)
    let axon = builder.add(.axon, on: far, at: 0, segments: 2)
    let myelin = builder.add(.axon, on: axon, at: 0, segments: 2)
    let cell = builder.cell
    let replacement = try Replacement(dendritesOf: cell)
    func segment(_ position: Double, _ section: Int) -> [Int]? {
      replacement.segment(at: position, ofSection: section, in: cell).map {
        [$0.section, $0.segment]
      }
    }
    #expect(segment(0.6, stem) == [stem, 2])
    #expect(segment(1, stem) == [stem, 3])
    #expect(segment(0, stem) == [stem, 0])
    #expect(segment(0, near) == [stem, 3])
    #expect(segment(1, near) == [near, 1])
    #expect(segment(0, far) == [stem, 0])
    #expect(segment(0, axon) == [stem, 0])
    #expect(segment(0, myelin) == [stem, 0])
    #expect(segment(0.1, axon) == nil)
    #expect(segment(1, 0) == nil)
  }
}
