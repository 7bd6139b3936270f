import FakeNEURON
import Testing

@testable import NEURONBridge

extension WithFakeNEURON {
  @Suite struct KeptInstancesTests {
    private let session: FakeSession
    private let instance: ObjectReference
    private let soma, cables: [SectionReference]
    private var neuron: NEURON { session.neuron }

    /// Two sections of soma and two cables on it, of an instance that nobody else keeps.
    init() throws {
      session = try FakeSession()
      instance = fake_object("model")
      soma = [fake_section("soma[0]", nil), fake_section("soma[1]", nil)]
      cables = [fake_section("dend[0]", soma[0]), fake_section("apic[0]", soma[0])]
      KeptInstances.keep(instance, with: soma, cables, in: neuron)
      neuron.api.object_unref(instance)
    }

    private var references: [Int32] { (soma + cables).map(fake_section_references) }

    /// No test leaves anything for the next.
    private func release() {
      for section in soma + cables { fake_delete(section) }
      KeptInstances.releaseOrphans(in: neuron)
    }

    @Test func anInstanceIsKeptAsLongAsSomaAndCablesAreThere() {
      defer { release() }
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(instance) == 1)
      #expect(references == [1, 1, 1, 1])
    }

    @Test func whetherThereAreOrphansIsAskedWithoutGivingAnythingUp() {
      defer { release() }
      #expect(!KeptInstances.hasOrphans(in: neuron))
      for cable in cables { fake_delete(cable) }
      #expect(KeptInstances.hasOrphans(in: neuron))
      #expect(fake_object_references(instance) == 1)
      #expect(references == [1, 1, 1, 1])
      KeptInstances.releaseOrphans(in: neuron)
      #expect(!KeptInstances.hasOrphans(in: neuron))
    }

    @Test func aPieceOfEachIsEnough() {
      defer { release() }
      fake_delete(soma[0])
      fake_delete(cables[1])
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(instance) == 1)
      #expect(references == [1, 1, 1, 1])
    }

    @Test func withoutSomaItIsGivenUp() {
      defer { release() }
      for section in soma { fake_delete(section) }
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(instance) == 0)
      #expect(references == [0, 0, 0, 0])
    }

    @Test func withoutCablesItIsGivenUp() {
      defer { release() }
      for cable in cables { fake_delete(cable) }
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(instance) == 0)
      #expect(references == [0, 0, 0, 0])
    }

    @Test func whatWasGivenUpIsNotGivenUpAgain() {
      release()
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(instance) == 0)
      #expect(references == [0, 0, 0, 0])
    }

    @Test func othersStay() {
      defer { release() }
      let otherSoma = fake_section("other", nil)
      let otherCable = fake_section("dend[1]", otherSoma)
      let other = fake_object("model")
      KeptInstances.keep(other, with: [otherSoma], [otherCable], in: neuron)
      fake_delete(otherSoma)
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_object_references(other) == 1)
      #expect(fake_section_references(otherSoma) == 0)
      #expect(fake_object_references(instance) == 1)
      #expect(references == [1, 1, 1, 1])
    }

    @Test func itsPublishedNameGoesWithIt() throws {
      defer { release() }
      var undo = Undo()
      try PublishedName.give(to: instance, in: neuron, &undo)
      undo.commit()
      #expect(fake_referred("reduced_cell") == instance)
      for section in soma { fake_delete(section) }
      KeptInstances.releaseOrphans(in: neuron)
      #expect(fake_referred("reduced_cell") == nil)
      #expect(fake_object_references(instance) == 0)
      #expect(session.isBalanced)
    }
  }
}
