COMMENT
An artificial cell with events at the times in a vector, as many models have one: it keeps the
vector in a pointer, where nothing can read it back.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL VectorCell
    POINTER vector
}

ASSIGNED {
    vector
    next (ms)
    place
}

INITIAL {
    place = 0
    advance_to_next()
    if (place > 0) { net_send(next - t, 1) }
}

NET_RECEIVE (weight) {
    if (flag == 1) {
        net_event(t)
        advance_to_next()
        if (place > 0) { net_send(next - t, 1) }
    }
}

PROCEDURE advance_to_next() {
VERBATIM
    {
        IvocVect* times = (IvocVect*) _p_vector;
        int index = (int) place;
        if (times && index >= 0 && index < vector_capacity(times)) {
            next = vector_vec(times)[index];
            place = index + 1;
        } else {
            place = -1;
        }
    }
ENDVERBATIM
}

PROCEDURE play() {
VERBATIM
    *(IvocVect**) &_p_vector = vector_arg(1);
ENDVERBATIM
}
