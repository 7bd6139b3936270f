import Testing

@testable import NeuronReduceABI

@Suite struct CMemoryTests {
  @Test func arraysKeepTheirElements() {
    let array = CArray([1.5, -2, 0])
    #expect(array.count == 3)
    #expect((0..<3).map { array.base[$0] } == [1.5, -2, 0])
  }

  @Test func anEmptyArrayHasAnAddress() {
    let array = CArray<Double>([])
    #expect(array.count == 0)
    // Of memory that may be written, though nothing is there.
    array.base.initialize(to: 1)
  }

  @Test func anArrayLetsItsElementsGo() {
    final class Element {}
    weak var element: Element?
    do {
      let new = Element()
      element = new
      _ = CArray([new])
    }
    #expect(element == nil)
  }

  @Test func textsAreThoseOfTheirIndices() {
    let texts = CStrings(["soma[0]", "", "µm Ω"])
    #expect((0..<3).map { texts[$0].map { String(cString: $0) } } == ["soma[0]", "", "µm Ω"])
    #expect(String(cString: texts.first) == "soma[0]")
  }

  @Test(arguments: [-1, 2, Int.max, Int.min])
  func outsideThereIsNone(index: Int) {
    #expect(CStrings(["a", "b"])[index] == nil)
    #expect(["a", "b"].element(index) == nil)
  }

  @Test func aPoolKeepsEachTextOnceAndWhereItWas() {
    let pool = TextPool()
    let first = pool.address(of: "tau1")
    // More than any dictionary has room for at first: it has moved what it holds by then.
    let others = (0..<1000).map { pool.address(of: "tau\($0)") }
    #expect(others[1] == first)
    #expect(pool.address(of: "tau1") == first)
    #expect(String(cString: first) == "tau1")
    #expect(Set(others).count == 1000)
    #expect(others.enumerated().allSatisfy { String(cString: $0.element) == "tau\($0.offset)" })
  }

  @Test func nothingIsReadWhereNothingWasGiven() {
    let values = CArray([1.0, 2])
    #expect(Array(elements(UnsafePointer(values.base), 2)) == [1, 2])
    #expect(elements(UnsafePointer(values.base), 0).isEmpty)
    #expect(elements(UnsafePointer(values.base), -1).isEmpty)
    let none: UnsafePointer<Double>? = nil
    #expect(elements(none, 2).isEmpty)
  }
}
