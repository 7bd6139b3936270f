import NeuronReduceCommands

NeuronReduceCommand.main()
