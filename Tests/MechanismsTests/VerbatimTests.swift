import Testing

@testable import Mechanisms

/// C of VERBATIM that is read as NMODL, and what is not.
@Suite struct VerbatimTests {
  private func read(
    _ code: String, counters: Set<String> = []
  ) -> (statements: [SourceStatement], pointers: [String: VerbatimReader.Pointer])? {
    VerbatimReader.read([.verbatim(code)], counters: counters)
  }

  private func text(_ code: String, counters: Set<String> = []) -> String? {
    read(code, counters: counters).map { "\($0.statements)" }
  }

  private func text(_ statements: [SourceStatement]) -> String { "\(statements)" }

  private func assign(_ name: String, _ value: SourceExpression) -> SourceStatement {
    .assign(SourceTarget(name: name, index: nil), value)
  }

  @Test(arguments: [
    "", "\n /* x = 3; */ // y\n#include <a>\n", ";;", "extern double f(double);",
    "cai = _ion_cai;", "printf(\"%g\\n\", x);", "#if 0\nx = 3;\n#endif",
    "#ifdef CORENEURON_BUILD\nx = y(\n#else\n;\n#endif",
  ])
  func seesWhatDoesNothing(code: String) {
    #expect(text(code) == "[]", "\(code)")
  }

  @Test func readsArithmetic() throws {
    let x = SourceExpression.name("x")
    #expect(
      text("x = -2 * (x + 3.5);")
        == text([
          assign("x", .binary(.multiply, .negative(.number(2)), .binary(.add, x, .number(3.5))))
        ]))
    #expect(
      text("x += 1 / 2.;")
        == text([
          assign("x", .binary(.add, x, .binary(.divide, .number(1), .number(2))))
        ]))
    #expect(
      text("double y = exp(x); if (!(y < x)) x = y; else { return 0; }")
        == text([
          .locals([("y", nil)]), assign("y", .call("exp", [x])),
          .conditional(
            .not(.binary(.less, .name("y"), x)), then: [assign("x", .name("y"))],
            otherwise: [.block([.leave(.number(0))])]),
        ]))
    // What is assigned within is assigned first.
    #expect(
      text("if ((a[_li] = 1 / x) < 3) x = 4;", counters: ["i"])
        == text([
          .assign(
            SourceTarget(name: "a", index: .name("_li")), .binary(.divide, .number(1), x)),
          .conditional(
            .binary(.less, .element("a", .name("_li")), .number(3)),
            then: [assign("x", .number(4))], otherwise: []),
        ]))
  }

  @Test func readsChoices() {
    #expect(
      text("switch (_li) { case 0: x = 1; break; case 2: return; default: x = 3; }")
        == text([
          .conditional(
            .binary(.equal, .name("_li"), .number(0)), then: [assign("x", .number(1))],
            otherwise: [
              .conditional(
                .binary(.equal, .name("_li"), .number(2)), then: [.leave(nil)],
                otherwise: [assign("x", .number(3))])
            ])
        ]))
    #expect(text("switch (_li) { case 0: x = 1; case 2: x = 3; }") == nil)
  }

  @Test func takesConditionsThatAreKnown() {
    let draw = SourceExpression.call("nrn_random_pick", [.name("rng")])
    let code = "if (_p_rng) { x = nrn_random_pick(RANDCAST _p_rng); } else { f(; }"
    #expect(text(code) == nil)
    let found = read(
      "if (!_p_rng) { hoc_execerror(\"a\", 0); } else { x = nrn_random_pick((Rand*)_p_rng); }")
    #expect(found.map { text($0.statements) } == text([.block([assign("x", draw)])]))
    #expect(found?.pointers == ["rng": .object])
    let other = read("x = nrnran123_normal((nrnran123_State*)_p_s, 1., 2.);")
    #expect(other?.pointers == ["s": .state])
    #expect(
      other.map { text($0.statements) }
        == text([
          assign("x", .call("random_normal", [.name("s"), .number(1), .number(2)]))
        ]))
  }

  @Test func goesOnAfterStatementsOfNMODL() {
    let between = assign("x", .number(7))
    let found = VerbatimReader.read(
      [.verbatim("if (y > 3) {"), between, .verbatim("}")], counters: [])
    #expect(
      found.map { text($0.statements) }
        == text([
          .conditional(
            .binary(.greater, .name("y"), .number(3)), then: [.block([between])], otherwise: [])
        ]))
  }

  @Test(arguments: [
    "x = 1 / 2;", "x = _li / 2;", "int n; x = n / 3;", "x = y ? 1 : 2;", "x = f(3);", "f(x);",
    "*x = 3;", "x = &y;", "x = 010;", "x = 0x10;", "x = 3; # y", "int n = 3.5;", "a[1.5] = x;",
    "static double y;", "double *y; x = y[0];", "double *y; y = &x;", "int *n;",
    "double x; x = _lx;", "for (;;) x = 1;", "x++;", "x;",
    "#define x y", "#ifdef DEBUG\n#endif", "#if 0", "if (x && (y = 3)) x = 4;", "return 3", "}",
    "_ion_cai = 3;", "x = _ion_cai;", "x = nrn_random_pick(y);", "if (_p_rng) x = 3;", "x = é;",
    "x = nrn_random_pick(_p_r); y = nrnran123_dblpick(_p_r);", "printf(\"%g\", x = 3);",
  ])
  func refusesWhatIsNotCertain(code: String) {
    #expect(text(code, counters: ["i"]) == nil, "\(code)")
  }

  private static let vector = "auto* v1 = *reinterpret_cast<IvocVect**>(&space)"

  /// What fills a Vector has no part in what the mechanism computes.
  @Test func leavesVectorsOut() {
    let code = """
      if (v >= x) {
        int size; double* p;
        x = 1;
        if (\(Self.vector)) {
          size = (int)x;
          vector_resize(v1, size);
          p = vector_vec(v1);
          p[size-1] = t;
        }
      }
      if (\(Self.vector)) vector_resize(v1, 0);
      """
    #expect(
      text(code)
        == text([
          .conditional(
            .binary(.greaterOrEqual, .name("v"), .name("x")),
            then: [.block([.locals([("size", nil)]), assign("x", .number(1))])], otherwise: [])
        ]))
  }

  @Test(arguments: [
    // It reads the Vector, or sets what is the mechanism's.
    "{ double* p; p = vector_vec(v1); x = p[0]; }", "{ x = 3; }", "x = vector_capacity(v1);",
    // It goes on with what was left out.
    "{ n = 3; } x = n;", "{ f(v1); }", "{ vector_resize(v2, 3); }", "{ q[0] = 3; }",
    "vector_resize(v1, x = 3);", "vector_resize(v1, x++);", "vector_resize(v1, f(x));",
    "vector_resize(v1, 0); else x = 3;", "{", "",
  ])
  func refusesVectorsThatAreUsed(code: String) {
    #expect(text("int n; double q; if (\(Self.vector)) \(code)") == nil, "\(code)")
  }

  @Test(arguments: [
    ("x = 3; goto a;", "goto a;"), ("switch (_li) { default: if (x) break; }", "break;"),
    ("x = 3; for (int k = 0; k < 4; k++) { }", "for(int k=0;"),
    ("if (y > 3) { f(x); }", "f(x);"), ("{ { *x = 3.5; } }", "*x=3.5;"),
    ("x = \"a\";", "x=\"…\";"), ("while (x < 3 && y < 4 && z < 5) x = 2;", "while(x<3&&y<4&&z<"),
    ("if (\(vector)) { vector_resize(v1, 0); f(v1); }", "f(v1);"),
  ])
  func saysWhatIsNotUnderstood(code: String, expected: String) {
    #expect(VerbatimReader.obstacle(in: [.verbatim(code)], counters: []) == expected, "\(code)")
  }

  @Test func stepsAreFixed() {
    #expect(text("if (cvode_active_) { hoc_execerror(\"a\", \"b\"); }") == "[]")
  }

  @Test func refusesDepth() {
    let count = 100_000
    #expect(text("x = " + String(repeating: "(", count: count)) == nil)
    #expect(text(String(repeating: "{", count: count)) == nil)
    #expect(text("x = " + String(repeating: "-", count: count) + "1;") == nil)
  }
}
