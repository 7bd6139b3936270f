"""The structs of the C interface (neuron_reduce.h) by ctypes."""

from __future__ import annotations

import ctypes


class Response(ctypes.Structure):
    """``nr_response``: how a point process responds to one event."""

    _fields_ = [
        ("nature", ctypes.c_int32),
        ("superposes", ctypes.c_int32),
        ("times", ctypes.c_void_p),
        ("conductances", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
        ("reversal", ctypes.c_double),
        ("is_ohmic", ctypes.c_int32),
        ("charges", ctypes.c_void_p),
    ]


class SteadyEvent(ctypes.Structure):
    """``nr_steady_event``: what an event of a NetCon does in the mean at its rate."""

    _fields_ = [("charge", ctypes.c_double), ("exponent", ctypes.c_double)]


class ArgumentNames(ctypes.Structure):
    """``nr_argument_names``: what a front calls its arguments."""

    _fields_ = [
        ("frequency", ctypes.c_char_p),
        ("segments", ctypes.c_char_p),
        ("synapses", ctypes.c_char_p),
        ("connections", ctypes.c_char_p),
        ("compared_parameters", ctypes.c_char_p),
    ]


class ErrorValue(ctypes.Structure):
    """``nr_error_value``: the name is None past the last one."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("text", ctypes.c_char_p),
        ("number", ctypes.c_double),
    ]


class CellRequest(ctypes.Structure):
    """``nr_cell_request``: what to read."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("soma_sections", ctypes.c_void_p),
        ("apical_sections", ctypes.c_void_p),
        ("axonal_sections", ctypes.c_void_p),
        ("synapses", ctypes.c_void_p),
        ("synapse_count", ctypes.c_size_t),
        ("connections", ctypes.c_void_p),
        ("connection_count", ctypes.c_size_t),
        ("is_whole", ctypes.c_int32),
        ("is_apical_given", ctypes.c_int32),
        ("is_axon_given", ctypes.c_int32),
    ]


class CableMembrane(ctypes.Structure):
    """``nr_cable_membrane``: cm in µF/cm², Rm in ohm cm², Ra in ohm cm, and the parts of q."""

    _fields_ = [
        ("capacitance", ctypes.c_double),
        ("membrane_resistance", ctypes.c_double),
        ("axial_resistivity", ctypes.c_double),
        ("factor_real", ctypes.c_double),
        ("factor_imaginary", ctypes.c_double),
    ]


class Gain(ctypes.Structure):
    """``nr_gain``: what a part of the reduced cell's dendrites is multiplied by."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("factor", ctypes.c_double),
    ]


class Place(ctypes.Structure):
    """``nr_place``: a section by its index, and a position on it, 0 to 1."""

    _fields_ = [("section", ctypes.c_int64), ("position", ctypes.c_double)]


class ProcessPlace(ctypes.Structure):
    """``nr_process_place``: which point process stands for one of the original's, and where that
    is: the reduced cell's section by its index, and a position on it."""

    _fields_ = [
        ("representative", ctypes.c_int64),
        ("section", ctypes.c_int64),
        ("position", ctypes.c_double),
    ]


class ReducedConnection(ctypes.Structure):
    """``nr_reduced_connection``: the point process that it targets, its first weight, and where the
    potential of the reduced cell's is that is its source; -1 and not a number for others."""

    _fields_ = [
        ("target", ctypes.c_int64),
        ("weight", ctypes.c_double),
        ("source_section", ctypes.c_int64),
        ("source_position", ctypes.c_double),
    ]


class Settings(ctypes.Structure):
    """``nr_settings``: how to reduce."""

    _fields_ = [
        ("method", ctypes.c_char_p),
        ("frequency", ctypes.c_double),
        ("total_segments", ctypes.c_double),
        ("merging", ctypes.c_int32),
        ("compared_parameters", ctypes.POINTER(ctypes.c_char_p)),
        ("compared_parameter_pairs", ctypes.c_size_t),
        ("responses", ctypes.c_void_p),
        ("response_count", ctypes.c_size_t),
        ("response_indices", ctypes.c_void_p),
        ("response_index_count", ctypes.c_size_t),
        ("rates", ctypes.c_void_p),
        ("rate_count", ctypes.c_size_t),
        ("steady_events", ctypes.c_void_p),
        ("steady_event_count", ctypes.c_size_t),
        ("membranes", ctypes.POINTER(CableMembrane)),
        ("membrane_count", ctypes.c_size_t),
        ("gains", ctypes.POINTER(Gain)),
        ("gain_count", ctypes.c_size_t),
        ("sites", ctypes.POINTER(Place)),
        ("site_count", ctypes.c_size_t),
        ("observed", ctypes.c_void_p),
        ("observed_count", ctypes.c_size_t),
        ("observed_interval", ctypes.c_double),
        ("tolerance", ctypes.c_double),
        ("roots", ctypes.POINTER(ctypes.c_int64)),
        ("root_count", ctypes.c_size_t),
        ("kept", ctypes.POINTER(ctypes.c_int64)),
        ("kept_count", ctypes.c_size_t),
        ("spines", ctypes.c_int32),
        ("spine_sections", ctypes.POINTER(ctypes.c_int64)),
        ("spine_section_count", ctypes.c_size_t),
    ]


class Building(ctypes.Structure):
    """``nr_building``: where a reduced cell is built."""

    _fields_ = [
        ("template_name", ctypes.c_char_p),
        ("instance", ctypes.c_void_p),
        ("instance_name", ctypes.c_char_p),
        ("all_sections", ctypes.c_void_p),
        ("somatic_sections", ctypes.c_void_p),
        ("apical_sections", ctypes.c_void_p),
        ("basal_sections", ctypes.c_void_p),
        ("axonal_sections", ctypes.c_void_p),
        ("is_named", ctypes.c_int),
    ]


class ProcessGroup(ctypes.Structure):
    """``nr_process_group``: point processes of one class with equal parameters."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("synapse", ctypes.c_int64),
        ("connection", ctypes.c_int64),
    ]


class Leak(ctypes.Structure):
    """``nr_leak``: the reversal is None for none, the factor not a number for what units say."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("conductance", ctypes.c_char_p),
        ("reversal", ctypes.c_char_p),
        ("factor", ctypes.c_double),
    ]


class InexactMerge(ctypes.Structure):
    """``nr_inexact_merge``: the mechanism is None past the last one."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("is_known", ctypes.c_int32),
        ("count", ctypes.c_int64),
    ]


class Cable(ctypes.Structure):
    """``nr_cable``: lengths in µm, electrotonic length in space constants."""

    _fields_ = [
        ("is_apical", ctypes.c_int32),
        ("segment_count", ctypes.c_int32),
        ("length", ctypes.c_double),
        ("diameter", ctypes.c_double),
        ("electrotonic_length", ctypes.c_double),
        ("name", ctypes.c_char_p),
        ("stem", ctypes.c_char_p),
        ("parent", ctypes.c_char_p),
        ("is_on_original", ctypes.c_int32),
    ]


class MappedSegment(ctypes.Structure):
    """``nr_mapped_segment``: a segment of the original and the point of a cable it went to."""

    _fields_ = [
        ("section", ctypes.c_int64),
        ("position", ctypes.c_double),
        ("cable", ctypes.c_int64),
        ("cable_position", ctypes.c_double),
    ]


class SharedCompartment(ctypes.Structure):
    """``nr_shared_compartment``: where on which cable, and its share of the inward conductance."""

    _fields_ = [
        ("cable", ctypes.c_int64),
        ("cable_position", ctypes.c_double),
        ("inward_share", ctypes.c_double),
    ]


class ExpectedLoss(ctypes.Structure):
    """``nr_expected_loss``: in mV, not numbers where nothing is known of any event."""

    _fields_ = [
        ("rmsd", ctypes.c_double),
        ("deviation", ctypes.c_double),
        ("counted", ctypes.c_int64),
        ("connections", ctypes.c_int64),
    ]


class Joint(ctypes.Structure):
    """``nr_joint``: the sections are None past the last one."""

    _fields_ = [
        ("cable", ctypes.c_int64),
        ("cable_position", ctypes.c_double),
        ("sections", ctypes.POINTER(ctypes.c_int64)),
        ("section_count", ctypes.c_size_t),
    ]


class Counts(ctypes.Structure):
    """``nr_counts``: how many of what, in the original and in the reduced cell."""

    _fields_ = [
        ("segments_before", ctypes.c_int64),
        ("segments_after", ctypes.c_int64),
        ("point_processes_before", ctypes.c_int64),
        ("point_processes_after", ctypes.c_int64),
    ]


class Section(ctypes.Structure):
    """``nr_section``: a section of the original, its ``nr_role``, and whether it is collapsed."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("role", ctypes.c_int32),
        ("is_collapsed", ctypes.c_int32),
    ]


class SynapseKind(ctypes.Structure):
    """``nr_synapse_kind``: synapses that are equal in all that is compared before merging."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("treatment", ctypes.c_char_p),
        ("before", ctypes.c_int64),
        ("after", ctypes.c_int64),
        ("connections", ctypes.c_int64),
    ]


class NamedValue(ctypes.Structure):
    """``nr_named_value``: the name is None past the last one."""

    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_double)]


class Impedance(ctypes.Structure):
    """``nr_impedance``: frequency in Hz, moduli in MΩ."""

    _fields_ = [
        ("frequency", ctypes.c_double),
        ("full", ctypes.c_double),
        ("reduced", ctypes.c_double),
    ]


class FunctionTable(ctypes.Structure):
    """``nr_function_table``."""

    _fields_ = [
        ("mechanism", ctypes.c_char_p),
        ("name", ctypes.c_char_p),
        ("arguments", ctypes.c_void_p),
        ("values", ctypes.c_void_p),
        ("count", ctypes.c_size_t),
    ]


class ProgramRequest(ctypes.Structure):
    """``nr_program_request``."""

    _fields_ = [
        ("trees", ctypes.POINTER(ctypes.c_char_p)),
        ("tree_count", ctypes.c_size_t),
        ("time_step", ctypes.c_double),
        ("initial_potential", ctypes.c_double),
        ("is_fused", ctypes.c_int32),
        ("uses_tables", ctypes.c_int32),
        ("is_continued", ctypes.c_int32),
        ("recorded", ctypes.POINTER(ctypes.c_char_p)),
        ("recorded_count", ctypes.c_size_t),
        ("adjustable", ctypes.POINTER(ctypes.c_char_p)),
        ("adjustable_count", ctypes.c_size_t),
        ("played", ctypes.POINTER(ctypes.c_char_p)),
        ("played_count", ctypes.c_size_t),
        ("weight_count", ctypes.c_size_t),
        ("function_tables", ctypes.POINTER(FunctionTable)),
        ("function_table_count", ctypes.c_size_t),
    ]


class SessionEvent(ctypes.Structure):
    """``nr_session_event``."""

    _fields_ = [
        ("target", ctypes.c_uint64),
        ("weights", ctypes.c_uint64),
        ("movable", ctypes.c_uint64),
        ("time", ctypes.c_double),
        ("flag", ctypes.c_double),
    ]


class ProgramInstance(ctypes.Structure):
    """``nr_program_instance``."""

    _fields_ = [("kind", ctypes.c_int32), ("index", ctypes.c_int32)]


class Recording(ctypes.Structure):
    """``nr_recording``: the name is None for what is none of the cell's."""

    _fields_ = [
        ("vector", ctypes.c_void_p),
        ("is_play", ctypes.c_int32),
        ("name", ctypes.c_char_p),
        ("section", ctypes.c_int64),
        ("position", ctypes.c_double),
        ("point_process", ctypes.c_int64),
        ("interval", ctypes.c_double),
        ("has_times", ctypes.c_int32),
        ("times", ctypes.c_void_p),
        ("has_breaks", ctypes.c_int32),
        ("breaks", ctypes.c_void_p),
    ]


class Netcon(ctypes.Structure):
    """``nr_netcon``."""

    _fields_ = [
        ("target", ctypes.c_void_p),
        ("source", ctypes.c_void_p),
        ("netstim", ctypes.c_int64),
        ("delay", ctypes.c_double),
        ("is_active", ctypes.c_int32),
        ("is_valid", ctypes.c_int32),
        ("first_weight", ctypes.c_int64),
        ("weight_count", ctypes.c_int64),
    ]


class Netstim(ctypes.Structure):
    """``nr_netstim``."""

    _fields_ = [
        ("interval", ctypes.c_double),
        ("number", ctypes.c_double),
        ("start", ctypes.c_double),
        ("noise", ctypes.c_double),
        ("ids", ctypes.c_uint32 * 3),
        ("has_ids", ctypes.c_int32),
    ]


class ExportFormat(ctypes.Structure):
    """``nr_export_format``."""

    _fields_ = [("name", ctypes.c_char_p), ("ending", ctypes.c_char_p)]


class ExportedFile(ctypes.Structure):
    """``nr_exported_file``."""

    _fields_ = [("path", ctypes.c_char_p), ("text", ctypes.c_char_p)]
