#include "FakeNEURON.h"

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

struct Section {
  std::string name;
  Section *parent = nullptr;
  double position = 1, own_end = 0;
  bool active = true;
  int references = 0, segments = 1;
};

struct Object {
  const char *class_name;
  int references = 1;
  bool is_placed = true;
  std::vector<Section *> sections;
  std::vector<Object *> objects;
};

struct Symbol {
  std::string name;
  fake_kind kind;
  Object *referred = nullptr;
};

struct Entry {
  int type;
  double number = 0;
  char **text = nullptr;
  Object *object = nullptr;
};

struct Session {
  std::vector<std::unique_ptr<Section>> sections;
  std::vector<std::unique_ptr<Object>> objects;
  std::map<std::string, Symbol> symbols;
  std::vector<Entry> stack;
  std::vector<Section *> accessed;
  std::vector<std::string> statements;
  std::map<std::string, int> failures;
};

Session session;
/// One address for each class, as long as the process.
std::set<std::string> class_names;
/// What is given to whoever reaches for a popped object.
Object *popped;
bool popped_is_temporary;
double variable = 12.5;
std::string returned = "text";
char *returned_text = returned.data();

Section *of(neuron_section *section) { return reinterpret_cast<Section *>(section); }
Object *of(neuron_object *object) { return reinterpret_cast<Object *>(object); }
Symbol *of(neuron_symbol *symbol) { return reinterpret_cast<Symbol *>(symbol); }
neuron_section *out(Section *section) { return reinterpret_cast<neuron_section *>(section); }
neuron_object *out(Object *object) { return reinterpret_cast<neuron_object *>(object); }
neuron_symbol *out(Symbol *symbol) { return reinterpret_cast<neuron_symbol *>(symbol); }

Entry take() {
  if (session.stack.empty()) throw std::runtime_error("the stack is empty");
  Entry entry = session.stack.back();
  session.stack.pop_back();
  return entry;
}

Entry take(int type) {
  if (session.stack.empty() || session.stack.back().type != type)
    throw std::runtime_error("something else is on the stack");
  return take();
}

void push(double number) { session.stack.push_back({NEURON_STACK_NUMBER, number}); }

/// What a function returns: the stack has a reference of its own.
void push_result(Object *object) {
  if (object != nullptr) object->references += 1;
  session.stack.push_back({NEURON_STACK_TEMPORARY_OBJECT, 0, nullptr, object});
}

Section *accessed() {
  if (session.accessed.empty()) throw std::runtime_error("no section is accessed");
  return session.accessed.back();
}

Symbol *find(const std::string &name) {
  auto found = session.symbols.find(name);
  return found == session.symbols.end() ? nullptr : &found->second;
}

void refer(Symbol *symbol, Object *object) {
  if (object != nullptr) object->references += 1;
  if (symbol->referred != nullptr) symbol->referred->references -= 1;
  symbol->referred = object;
}

/// The statements that define something define it, whatever its body says.
double execute(const std::string &text) {
  session.statements.push_back(text);
  char name[64];
  if (sscanf(text.c_str(), "objref %63[a-z_]", name) == 1)
    fake_name(name, FAKE_OBJECT_REFERENCE);
  else if (sscanf(text.c_str(), "obfunc %63[a-z_]", name) == 1 ||
           sscanf(text.c_str(), "proc %63[a-z_]", name) == 1)
    fake_name(name, FAKE_FUNCTION);
  else if (sscanf(text.c_str(), "begintemplate %63[a-zA-Z_]", name) == 1)
    fake_name(name, FAKE_TEMPLATE);
  else
    return 0;
  return 1;
}

bool is_to_fail(const std::string &name) {
  int &left = session.failures[name];
  if (left <= 0) return false;
  left -= 1;
  return true;
}

void call_function(const std::string &name, int arguments) {
  if (name == "parent_section") {
    take();
    push(double(reinterpret_cast<uintptr_t>(accessed()->parent)));
  } else if (name == "parent_connection") {
    push(accessed()->position);
  } else if (name == "section_orientation") {
    push(accessed()->own_end);
  } else if (name == "delete_section") {
    fake_delete(out(accessed()));
    push(0);
  } else if (name == "execute1") {
    push(execute(*take(NEURON_STACK_STRING).text));
  } else if (name == "neuron_reduce_named") {
    push_result(find("reduced_cell")->referred);
  } else if (name == "neuron_reduce_name") {
    refer(find("reduced_cell"), arguments > 0 ? take(NEURON_STACK_OBJECT).object : nullptr);
    push(0);
  } else if (name == "a_number") {
    push(42);
  } else if (name == "an_integer") {
    session.stack.push_back({NEURON_STACK_INTEGER, 7});
  } else if (name == "a_text") {
    session.stack.push_back({NEURON_STACK_STRING, 0, &returned_text});
  } else if (name == "a_variable") {
    session.stack.push_back({NEURON_STACK_VARIABLE});
  } else if (name == "no_object") {
    push_result(nullptr);
  } else if (name == "its_argument") {
    push_result(take(NEURON_STACK_OBJECT).object);
  } else if (name == "nothing") {
    for (int index = 0; index < arguments; index++) take();
  } else {
    throw std::runtime_error("the session has no function " + name);
  }
}

void call_method(Object *object, const std::string &name) {
  if (name == "children") {
    for (auto &section : session.sections)
      if (section->active && section->parent == accessed())
        object->sections.push_back(section.get());
    push(1);
  } else if (name == "append") {
    object->sections.push_back(accessed());
    push(1);
  } else if (name == "count") {
    push(double(object->objects.size()));
  } else if (name == "o") {
    push_result(object->objects.at(size_t(take(NEURON_STACK_NUMBER).number)));
  } else {
    throw std::runtime_error("the session has no method " + name);
  }
}

/// As `nrn_function_call_nothrow` does: an error is a status, and leaves the arguments on the stack.
template <typename Call>
int without_throwing(const std::string &name, char *message, size_t size, Call call) {
  if (is_to_fail(name)) {
    snprintf(message, size, "%s failed", name.c_str());
    return 1;
  }
  try {
    call();
    return 0;
  } catch (const std::exception &error) {
    snprintf(message, size, "%s", error.what());
    return 1;
  }
}

// The functions of the table, by NEURON's names for them.

void section_push(neuron_section *section) { session.accessed.push_back(of(section)); }
void section_pop() { session.accessed.pop_back(); }
const char *section_name(neuron_section *section) { return of(section)->name.c_str(); }
bool section_is_active(neuron_section *section) { return of(section)->active; }
int segment_count(neuron_section *section) { return of(section)->segments; }
void section_ref(neuron_section *section) { of(section)->references += 1; }
void section_unref(neuron_section *section) { of(section)->references -= 1; }

struct Iterator {
  std::vector<Section *> sections;
  size_t next = 0;
};
Iterator all, listed;

neuron_item *all_sections() {
  all = {};
  for (auto &section : session.sections)
    if (section->active) all.sections.push_back(section.get());
  return reinterpret_cast<neuron_item *>(&all);
}
neuron_item *list_items(neuron_object *list) {
  listed = {};
  for (auto section : of(list)->sections)
    if (section->active) listed.sections.push_back(section);
  return reinterpret_cast<neuron_item *>(&listed);
}
neuron_section_iterator *iterator_new(neuron_item *items) {
  return reinterpret_cast<neuron_section_iterator *>(
      new Iterator(*reinterpret_cast<Iterator *>(items)));
}
Iterator *of(neuron_section_iterator *iterator) {
  return reinterpret_cast<Iterator *>(iterator);
}
void iterator_free(neuron_section_iterator *iterator) { delete of(iterator); }
neuron_section *iterator_next(neuron_section_iterator *iterator) {
  return out(of(iterator)->sections.at(of(iterator)->next++));
}
int iterator_done(neuron_section_iterator *iterator) {
  return of(iterator)->next >= of(iterator)->sections.size();
}

neuron_symbol *symbol(const char *name) { return out(find(name)); }
int symbol_type(neuron_symbol *symbol) {
  fake_kind kind = of(symbol)->kind;
  return kind == FAKE_BROKEN_TEMPLATE ? FAKE_TEMPLATE : kind;
}
neuron_symbol_table *symbol_table(neuron_symbol *symbol) {
  return of(symbol)->kind == FAKE_TEMPLATE ? reinterpret_cast<neuron_symbol_table *>(symbol)
                                           : nullptr;
}
bool symbol_is_array(neuron_symbol *symbol) { return of(symbol)->kind == FAKE_ARRAY; }

void double_push(double number) { push(number); }
double double_pop() { return take(NEURON_STACK_NUMBER).number; }
void string_push(char **text) { session.stack.push_back({NEURON_STACK_STRING, 0, text}); }
char **string_pop() { return take(NEURON_STACK_STRING).text; }
int int_pop() { return int(take(NEURON_STACK_INTEGER).number); }
double *double_ptr_pop() {
  take(NEURON_STACK_VARIABLE);
  return &variable;
}
void object_push(neuron_object *object) {
  session.stack.push_back({NEURON_STACK_OBJECT, 0, nullptr, of(object)});
}
int stack_type() { return session.stack.empty() ? 0 : session.stack.back().type; }

// What NEURON's own pop, which does without any object badly, consists of.
neuron_object **hoc_objpop() {
  popped_is_temporary =
      !session.stack.empty() && session.stack.back().type == NEURON_STACK_TEMPORARY_OBJECT;
  popped = take(popped_is_temporary ? NEURON_STACK_TEMPORARY_OBJECT : NEURON_STACK_OBJECT).object;
  return reinterpret_cast<neuron_object **>(&popped);
}
void hoc_tobj_unref(neuron_object **reference) {
  Object *object = of(*reference);
  if (popped_is_temporary && object != nullptr) object->references -= 1;
}

neuron_object *object_new(neuron_symbol *symbol, int arguments) {
  if (is_to_fail(of(symbol)->name)) throw std::runtime_error(of(symbol)->name + " failed");
  std::string of_class;
  for (int index = 0; index < arguments; index++) {
    Entry entry = take();
    if (entry.type == NEURON_STACK_STRING) of_class = *entry.text;
  }
  Object *object = of(fake_object(of(symbol)->name.c_str()));
  for (auto &other : session.objects)
    if (other->references > 0 && of_class == other->class_name)
      object->objects.push_back(other.get());
  return out(object);
}
void object_ref(neuron_object *object) { of(object)->references += 1; }
void object_unref(neuron_object *object) { of(object)->references -= 1; }
bool is_placed(neuron_object *object) { return of(object)->is_placed; }
const char *class_name(neuron_object *object) { return of(object)->class_name; }
neuron_symbol *method_symbol(neuron_object *, const char *name) { return symbol(name); }
int method_call(neuron_object *object, neuron_symbol *method, int, char *message, size_t size) {
  return without_throwing(of(method)->name, message, size,
                          [&] { call_method(of(object), of(method)->name); });
}
int function_call(neuron_symbol *function, int arguments, char *message, size_t size) {
  return without_throwing(of(function)->name, message, size,
                          [&] { call_function(of(function)->name, arguments); });
}

[[noreturn]] void lacking() { throw std::logic_error("a function that the fake session lacks"); }

template <typename Function> void *address(Function *function) {
  return reinterpret_cast<void *>(function);
}

const std::map<std::string, void *> functions = {
    {"nrn_section_push", address(section_push)},
    {"nrn_section_pop", address(section_pop)},
    {"nrn_secname", address(section_name)},
    {"nrn_section_is_active", address(section_is_active)},
    {"nrn_nseg_get", address(segment_count)},
    {"nrn_prop_exists", address(is_placed)},
    {"nrn_section_ref", address(section_ref)},
    {"nrn_section_unref", address(section_unref)},
    {"nrn_allsec", address(all_sections)},
    {"nrn_sectionlist_data", address(list_items)},
    {"nrn_sectionlist_iterator_new", address(iterator_new)},
    {"nrn_sectionlist_iterator_free", address(iterator_free)},
    {"nrn_sectionlist_iterator_next", address(iterator_next)},
    {"nrn_sectionlist_iterator_done", address(iterator_done)},
    {"nrn_symbol", address(symbol)},
    {"nrn_symbol_type", address(symbol_type)},
    {"nrn_symbol_table", address(symbol_table)},
    {"nrn_symbol_is_array", address(symbol_is_array)},
    {"nrn_double_push", address(double_push)},
    {"nrn_double_pop", address(double_pop)},
    {"nrn_double_ptr_pop", address(double_ptr_pop)},
    {"nrn_str_push", address(string_push)},
    {"nrn_str_pop", address(string_pop)},
    {"nrn_int_pop", address(int_pop)},
    {"nrn_object_push", address(object_push)},
    {"nrn_stack_type", address(stack_type)},
    {"_Z10hoc_objpopv", address(hoc_objpop)},
    {"_Z14hoc_tobj_unrefPP6Object", address(hoc_tobj_unref)},
    {"nrn_object_new", address(object_new)},
    {"nrn_object_ref", address(object_ref)},
    {"nrn_object_unref", address(object_unref)},
    {"nrn_class_name", address(class_name)},
    {"nrn_method_symbol", address(method_symbol)},
    {"nrn_method_call_nothrow", address(method_call)},
    {"nrn_function_call_nothrow", address(function_call)},
};

const char *reason;
[[noreturn]] void throwing() {
  if (reason == nullptr) throw 1;
  throw std::runtime_error(reason);
}

}  // namespace

void *fake_neuron_function(void *, const char *name) {
  auto found = functions.find(name);
  return found == functions.end() ? address(lacking) : found->second;
}

void *fake_throwing_function(void *context, const char *name) {
  // Its own pop is guarded as the others; the parts of the safe one are tried by the fake session.
  if (strncmp(name, "_Z10hoc_objpop", 14) == 0) return nullptr;
  reason = static_cast<const char *>(context);
  return address(throwing);
}

void *fake_function_but_one(void *context, const char *name) {
  return strcmp(static_cast<const char *>(context), name) == 0 ? nullptr
                                                               : fake_neuron_function(nullptr, name);
}

void fake_begin(void) {
  session = Session();
  for (auto name : {"parent_section", "parent_connection", "section_orientation", "delete_section",
                    "execute1", "children", "append", "count", "o", "a_number", "an_integer",
                    "a_text", "a_variable", "no_object", "its_argument", "nothing"})
    fake_name(name, FAKE_FUNCTION);
  for (auto name : {"SectionList", "List", "Vector"}) fake_name(name, FAKE_TEMPLATE);
  fake_name("hoc_obj_", FAKE_OBJECT_REFERENCE);
}

neuron_section *fake_section(const char *name, neuron_section *parent) {
  session.sections.push_back(std::make_unique<Section>());
  Section *section = session.sections.back().get();
  section->name = name;
  section->parent = of(parent);
  return out(section);
}

void fake_attach(neuron_section *child, double own_end, neuron_section *parent, double position) {
  of(child)->parent = of(parent);
  of(child)->own_end = own_end;
  of(child)->position = position;
}

void fake_delete(neuron_section *section) {
  of(section)->active = false;
  for (auto &child : session.sections)
    if (child->parent == of(section)) child->parent = nullptr;
}

void fake_set_segments(neuron_section *section, int count) { of(section)->segments = count; }

int fake_section_references(neuron_section *section) { return of(section)->references; }

neuron_object *fake_object(const char *class_name) {
  session.objects.push_back(std::make_unique<Object>());
  Object *object = session.objects.back().get();
  object->class_name = class_names.insert(class_name).first->c_str();
  return out(object);
}

int fake_object_references(neuron_object *object) { return of(object)->references; }

void fake_append(neuron_object *list, neuron_section *section) {
  of(list)->sections.push_back(of(section));
}

int fake_list_count(neuron_object *list) { return int(of(list)->sections.size()); }
neuron_section *fake_listed(neuron_object *list, int index) {
  return out(of(list)->sections.at(size_t(index)));
}

void fake_place(neuron_object *point_process, bool is_placed) {
  of(point_process)->is_placed = is_placed;
}

int fake_object_count(const char *class_name) {
  int count = 0;
  for (auto &object : session.objects)
    count += object->references > 0 && strcmp(object->class_name, class_name) == 0;
  return count;
}

void fake_name(const char *name, enum fake_kind kind) {
  session.symbols[name] = Symbol{name, kind};
}

neuron_object *fake_referred(const char *name) {
  Symbol *symbol = find(name);
  return symbol == nullptr ? nullptr : out(symbol->referred);
}

void fake_refer(const char *name, neuron_object *object) {
  fake_name(name, FAKE_OBJECT_REFERENCE);
  refer(find(name), of(object));
}

int fake_stack_depth(void) { return int(session.stack.size()); }
int fake_pushed_sections(void) { return int(session.accessed.size()); }
int fake_statement_count(void) { return int(session.statements.size()); }
const char *fake_last_statement(void) {
  return session.statements.empty() ? "" : session.statements.back().c_str();
}
void fake_let_fail(const char *name, int times) { session.failures[name] = times; }
