extension Effects {
  /// What blocks do one after the other; their locals left out.
  package init(of blocks: [Block], _ tables: [Table]) {
    self.init()
    for block in blocks {
      let own = block.effects(tables)
      liveIn.formUnion(own.liveIn.subtracting(certainlyAssigned))
      certainlyAssigned.formUnion(own.certainlyAssigned)
      mayAssign.formUnion(own.mayAssign)
    }
  }
}
