import RealModule

/// The order p of an error e ∝ hᵖ between successive halvings of h.
package func convergenceOrders(ofErrors errors: [Double]) -> [Double] {
  zip(errors, errors.dropFirst()).map { Double.log2($0 / $1) }
}
