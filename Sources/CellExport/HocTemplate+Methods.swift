extension HocTemplate {
  /// Filled by `init`; what the methods read.
  static let vectors = [
    "original_processes",
    "original_connections",
    "targets",
    "source_indices",
    "thresholds",
    "delays",
    "first_weights",
    "weights",
    "is_active",
    "gids",
    "potentials",
    "first_times",
    "event_times",
  ]

  /// What all templates have.
  static let methods = """
    obfunc synapse() {
      if ($1 < 0 || $1 >= original_processes.size) execerror("synapse: there is no such index", "")
      return point_processes.o(original_processes.x[$1])
    }

    obfunc made_netcon() { local i, k localobj made  // index of the connection, source
      i = $1
      made = new NetCon($o2, point_processes.o(targets.x[i]), thresholds.x[i], delays.x[i], 0)
      set_netcon(made, i)
      return made
    }

    proc set_netcon() { local i, k  // NetCon, index of the connection
      i = $2
      $o1.threshold = thresholds.x[i]
      $o1.delay = delays.x[i]
      for (k = first_weights.x[i]; k < first_weights.x[i + 1]; k += 1) {
        $o1.weight[k - first_weights.x[i]] = weights.x[k]
      }
    }

    obfunc connect_source() { localobj made  // the original's index, source
      if ($1 < 0 || $1 >= original_connections.size) {
        execerror("connect_source: there is no such index", "")
      }
      made = made_netcon(original_connections.x[$1], $o2)
      netcons.append(made)
      return made
    }

    proc make_sources() { local i, s localobj made, nil, pc
      pc = new ParallelContext()
      make_stimuli()
      for (i = 0; i < targets.size; i += 1) {
        s = source_indices.x[i]
        if (s < 0) {
          made = made_netcon(i, nil)
        } else if (gids.x[s] >= 0) {
          made = pc.gid_connect(gids.x[s], point_processes.o(targets.x[i]))
          set_netcon(made, i)
        } else if (potentials.x[s] >= 0) {
          made = netcon_of_potential(potentials.x[s], i)
          set_netcon(made, i)
        } else {
          made = made_netcon(i, sources[s])
        }
        if (!is_active.x[i]) made.active(0)
        netcons.append(made)
      }
      if (event_times.size > 0) handler = new FInitializeHandler(1, "send_events()", this)
    }

    proc send_events() { local i, s, k
      for (i = 0; i < targets.size; i += 1) {
        s = source_indices.x[i]
        if (s >= 0) {
          for (k = first_times.x[s]; k < first_times.x[s + 1]; k += 1) {
            netcons.o(i).event(event_times.x[k] + netcons.o(i).delay)
          }
        }
      }
    }

    """
}
