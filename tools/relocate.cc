// relocate IN OUT: makes a copy of a shared library that starts faster.
//
// Debian's libnode is linked without -Bsymbolic and with BIND_NOW, so the dynamic loader looks up some 60,000
// symbols by name at every start, nearly all of which the library itself defines. This program binds those
// beforehand: each such relocation becomes R_X86_64_RELATIVE (value = load address + symbol + addend), and
// all relative ones are moved to the front, where the loader has a tight loop for them (DT_RELACOUNT).
//
// Left alone, because another definition may have to win or the value isn't known yet: undefined symbols,
// IFUNCs, TLS, unique symbols, and everything of the C++ standard library and the allocation operators.
//
// When the file is not the ELF this expects, it says so and copies it unchanged: slower, never wrong.
// Source: System V ABI AMD64 supplement, "Relocation"; elf(5).
#include <elf.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Bytes = std::vector<char>;

// The parts of the dynamic section that matter, as offsets into the file.
struct Image {
  Bytes bytes;
  size_t dynamic = 0, dynamic_count = 0;
  size_t symbols = 0, strings = 0, strings_size = 0;
  size_t rela = 0, rela_count = 0;
  size_t plt = 0, plt_count = 0;

  template <typename T>
  T* At(size_t offset, size_t count = 1) {
    if (offset > bytes.size() || count > (bytes.size() - offset) / sizeof(T)) return nullptr;
    return reinterpret_cast<T*>(bytes.data() + offset);
  }
};

std::optional<size_t> FileOffset(Image& image, uint64_t address) {
  auto* header = image.At<Elf64_Ehdr>(0);
  for (int i = 0; i < header->e_phnum; i++) {
    auto* segment = image.At<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return {};
    if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
        address < segment->p_vaddr + segment->p_filesz) {
      return address - segment->p_vaddr + segment->p_offset;
    }
  }
  return {};
}

// Fills in the offsets. Returns what is unexpected, or null.
const char* Parse(Image& image) {
  auto* header = image.At<Elf64_Ehdr>(0);
  if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) return "not an ELF file";
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_machine != EM_X86_64 || header->e_type != ET_DYN) {
    return "not an x86-64 shared library";
  }
  for (int i = 0; i < header->e_phnum; i++) {
    auto* segment = image.At<Elf64_Phdr>(header->e_phoff + i * sizeof(Elf64_Phdr));
    if (!segment) return "truncated program headers";
    if (segment->p_type != PT_DYNAMIC) continue;
    image.dynamic = segment->p_offset;
    image.dynamic_count = segment->p_filesz / sizeof(Elf64_Dyn);
  }
  auto* dynamic = image.At<Elf64_Dyn>(image.dynamic, image.dynamic_count);
  if (image.dynamic_count == 0 || !dynamic) return "no dynamic section";
  auto value = [&](Elf64_Sxword tag) -> uint64_t {
    for (size_t i = 0; i < image.dynamic_count; i++) {
      if (dynamic[i].d_tag == tag) return dynamic[i].d_un.d_val;
    }
    return 0;
  };
  if (value(DT_RELAENT) != sizeof(Elf64_Rela) || value(DT_SYMENT) != sizeof(Elf64_Sym))
    return "unexpected entry sizes";
  if (value(DT_PLTREL) != DT_RELA) return "unexpected kind of PLT relocation";
  const auto symbols = FileOffset(image, value(DT_SYMTAB));
  const auto strings = FileOffset(image, value(DT_STRTAB));
  const auto rela = FileOffset(image, value(DT_RELA));
  const auto plt = FileOffset(image, value(DT_JMPREL));
  if (!symbols || !strings || !rela || !plt) return "tables outside the file";
  image.symbols = *symbols;
  image.strings = *strings;
  image.strings_size = value(DT_STRSZ);
  image.rela = *rela;
  image.rela_count = value(DT_RELASZ) / sizeof(Elf64_Rela);
  image.plt = *plt;
  image.plt_count = value(DT_PLTRELSZ) / sizeof(Elf64_Rela);
  if (!image.At<char>(image.strings, image.strings_size) ||
      !image.At<Elf64_Rela>(image.rela, image.rela_count) ||
      !image.At<Elf64_Rela>(image.plt, image.plt_count)) {
    return "tables outside the file";
  }
  return nullptr;
}

// True for what must stay open to another definition: std::, __cxxabiv1::, operator new and delete, and their
// type information.
bool IsShared(std::string_view name) {
  if (!name.starts_with("_Z")) return false;
  name.remove_prefix(2);
  for (std::string_view prefix : {"TI", "TS", "TV", "TT", "GV", "GR"}) {
    if (name.starts_with(prefix)) {
      name.remove_prefix(2);
      break;
    }
  }
  for (std::string_view prefix : {"nw", "na", "dl", "da"}) {
    if (name.starts_with(prefix)) return true;
  }
  if (name.starts_with("N")) name.remove_prefix(1);
  if (name.starts_with("K")) name.remove_prefix(1);
  return name.starts_with("10__cxxabi") || (name.size() > 1 && name[0] == 'S' && strchr("tabsiod", name[1]));
}

// Turns one relocation into a relative one where that is safe. Returns whether it did.
bool Bind(Image& image, Elf64_Rela& relocation) {
  const auto type = ELF64_R_TYPE(relocation.r_info);
  if (type != R_X86_64_64 && type != R_X86_64_GLOB_DAT && type != R_X86_64_JUMP_SLOT) return false;
  auto* symbol = image.At<Elf64_Sym>(image.symbols + ELF64_R_SYM(relocation.r_info) * sizeof(Elf64_Sym));
  if (!symbol || symbol->st_shndx == SHN_UNDEF || symbol->st_shndx >= SHN_LORESERVE) return false;
  const auto kind = ELF64_ST_TYPE(symbol->st_info);
  if (kind != STT_FUNC && kind != STT_OBJECT && kind != STT_NOTYPE) return false;
  if (ELF64_ST_BIND(symbol->st_info) == STB_GNU_UNIQUE || symbol->st_name >= image.strings_size) return false;
  const char* name = image.bytes.data() + image.strings + symbol->st_name;
  if (IsShared({name, strnlen(name, image.strings_size - symbol->st_name)})) return false;
  const Elf64_Sxword addend = type == R_X86_64_64 ? relocation.r_addend : 0;
  relocation.r_info = ELF64_R_INFO(0, R_X86_64_RELATIVE);
  relocation.r_addend = static_cast<Elf64_Sxword>(symbol->st_value) + addend;
  return true;
}

size_t BindAll(Image& image) {
  size_t bound = 0;
  auto* rela = image.At<Elf64_Rela>(image.rela, image.rela_count);
  for (size_t i = 0; i < image.rela_count; i++) bound += Bind(image, rela[i]);
  auto* plt = image.At<Elf64_Rela>(image.plt, image.plt_count);
  for (size_t i = 0; i < image.plt_count; i++) bound += Bind(image, plt[i]);

  auto is_relative = [](const Elf64_Rela& r) { return ELF64_R_TYPE(r.r_info) == R_X86_64_RELATIVE; };
  auto* rest = std::stable_partition(rela, rela + image.rela_count, is_relative);
  std::sort(rela, rest,
            [](const auto& a, const auto& b) { return a.r_offset < b.r_offset; });  // touch each page once
  auto* dynamic = image.At<Elf64_Dyn>(image.dynamic, image.dynamic_count);
  for (size_t i = 0; i < image.dynamic_count; i++) {
    if (dynamic[i].d_tag == DT_RELACOUNT) dynamic[i].d_un.d_val = rest - rela;
  }
  return bound;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: relocate IN OUT\n");
    return 2;
  }
  std::ifstream in(argv[1], std::ios::binary);
  Image image;
  image.bytes.assign(std::istreambuf_iterator<char>(in), {});
  if (!in || image.bytes.empty()) {
    fprintf(stderr, "relocate: cannot read %s\n", argv[1]);
    return 1;
  }
  if (const char* problem = Parse(image)) {
    fprintf(stderr, "relocate: %s: %s; copied unchanged (slower starts)\n", argv[1], problem);
  } else {
    const size_t bound = BindAll(image);
    printf("relocate: %zu of %zu relocations bound\n", bound, image.rela_count + image.plt_count);
  }
  // Written beside and renamed, so that a program that has the old copy mapped keeps it.
  const std::string temporary = std::string(argv[2]) + ".new";
  std::ofstream out(temporary, std::ios::binary | std::ios::trunc);
  out.write(image.bytes.data(), static_cast<std::streamsize>(image.bytes.size()));
  out.close();
  if (!out || rename(temporary.c_str(), argv[2]) != 0) {
    fprintf(stderr, "relocate: cannot write %s\n", argv[2]);
    return 1;
  }
  return 0;
}
