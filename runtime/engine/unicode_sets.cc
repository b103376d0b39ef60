// A class is parsed into an ICU set, which holds code points and strings and knows union, intersection and
// difference. A class that means the same with `u` keeps its text, so that [^\p{L}] does not become 700
// ranges.
#include "runtime/engine/unicode_sets.h"

#include <unicode/localpointer.h>
#include <unicode/uchar.h>
#include <unicode/uset.h>
#include <unicode/utf16.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <vector>

namespace parley {
namespace {

using Set = icu::LocalUSetPointer;

constexpr int kMaxDepth = 200;  // nested classes
constexpr std::u16string_view kSyntaxCharacters = u"^$\\.*+?()[]{}|/";
constexpr std::u16string_view kClassSyntax = u"()[]{}/-|";
constexpr std::u16string_view kReservedPunctuators = u"&-!#%,:;<=>@`~";
constexpr std::u16string_view kReservedDoubles = u"&!#$%*+,.:;<=>?@^`~";

bool Contains(std::u16string_view set, UChar32 c) {
  return c > 0 && c < 0x80 && set.find(static_cast<char16_t>(c)) != std::u16string_view::npos;
}

std::u16string CodePointText(UChar32 c) {
  if (u_isalnum(c) && c < 0x80) return std::u16string(1, static_cast<char16_t>(c));
  char text[16];
  int length = std::snprintf(text, sizeof(text), "\\u{%X}", static_cast<unsigned>(c));
  return std::u16string(text, text + length);
}

std::u16string RangeText(UChar32 first, UChar32 last) {
  std::u16string text = CodePointText(first);
  if (last > first + 1) text += u'-';
  if (last > first) text += CodePointText(last);
  return text;
}

// The strings of a class, by their first characters; one text is on one path, so that to prefer the longest
// string is to go as deep as it goes.
struct Trie {
  std::map<UChar32, std::unique_ptr<Trie>> next;
  bool ends = false;

  void Add(const std::vector<UChar>& string) {
    Trie* node = this;
    for (int32_t i = 0, length = static_cast<int32_t>(string.size()); i < length;) {
      UChar32 c;
      U16_NEXT(string.data(), i, length, c);
      auto& child = node->next[c];
      if (!child) child = std::make_unique<Trie>();
      node = child.get();
    }
    node->ends = true;
  }

  // Characters that go on alike share a class.
  std::u16string Text() const {
    if (next.empty()) return {};
    std::map<std::u16string, std::u16string> classes;  // what follows → characters
    for (const auto& [c, child] : next) classes[child->Text()] += CodePointText(c);
    std::u16string text = u"(?:";
    for (const auto& [rest, characters] : classes) {
      if (text.size() > 3) text += u'|';
      text += u'[' + characters + u']' + rest;
    }
    return text + (ends ? u")?" : u")");
  }
};

std::u16string SetText(const USet* set) {
  std::u16string ranges = u"[";
  Trie strings;
  bool has_strings = false, has_empty = false;
  int32_t range_count = uset_getRangeCount(set);
  for (int32_t i = 0, count = uset_getItemCount(set); i < count; i++) {
    UChar32 first = 0, last = 0;
    std::vector<UChar> string(64);
    UErrorCode error = U_ZERO_ERROR;
    int32_t length =
        uset_getItem(set, i, &first, &last, string.data(), static_cast<int32_t>(string.size()), &error);
    if (error == U_BUFFER_OVERFLOW_ERROR) {
      error = U_ZERO_ERROR;
      string.resize(static_cast<size_t>(length));
      uset_getItem(set, i, &first, &last, string.data(), length, &error);
    }
    if (i < range_count) {
      ranges += RangeText(first, last);
    } else if (length == 0) {
      has_empty = true;
    } else {
      string.resize(static_cast<size_t>(length));
      strings.Add(string);
      has_strings = true;
    }
  }
  ranges += u']';
  if (!has_strings && !has_empty) return ranges;
  std::u16string text = u"(?:";
  if (has_strings) text += strings.Text() + u'|';
  return text + ranges + (has_empty ? u"|)" : u")");
}

bool HasStrings(const USet* set) { return uset_getItemCount(set) > uset_getRangeCount(set); }

// What the characters of `set` are once case is folded away (MaybeSimpleCaseFolding).
void FoldCase(USet* set) {
  UErrorCode error = U_ZERO_ERROR;
  Set cased(uset_openEmpty());
  uset_applyIntPropertyValue(cased.getAlias(), UCHAR_CHANGES_WHEN_CASEFOLDED, 1, &error);
  uset_retainAll(cased.getAlias(), set);
  for (int32_t i = 0, count = uset_getRangeCount(cased.getAlias()); i < count; i++) {
    UChar32 first = 0, last = 0;
    uset_getItem(cased.getAlias(), i, &first, &last, nullptr, 0, &error);
    for (UChar32 c = first; c <= last; c++) {
      UChar32 folded = u_foldCase(c, U_FOLD_CASE_DEFAULT);
      if (folded == c) continue;
      uset_remove(set, c);
      uset_add(set, folded);
    }
  }
}

class Rewriter {
 public:
  Rewriter(std::u16string_view pattern, bool ignore_case) : in_(pattern), ignore_case_(ignore_case) {}

  std::optional<std::u16string> Run() {
    while (!AtEnd() && ok_) {
      if (in_[at_] == u'[') {
        Class();
      } else if (in_[at_] == u'\\' && (Peek(1) == u'p' || Peek(1) == u'P') && Peek(2) == u'{') {
        Property();
      } else {
        size_t length = in_[at_] == u'\\' ? 2 : 1;
        out_ += in_.substr(at_, length);
        at_ += length;
      }
    }
    if (!ok_) return std::nullopt;
    return std::move(out_);
  }

 private:
  // One side of a union, an intersection or a difference.
  struct Operand {
    Set set{uset_openEmpty()};
    std::u16string text;     // the same in a class with the flag `u`, where there is such a text
    bool plain = true;       // `text` says it
    bool character = false;  // one code point, may begin or end a range
    bool range = false;      // a range, which cannot be an operand of && and --
    UChar32 c = 0;
  };

  bool AtEnd() const { return at_ >= in_.size(); }
  char16_t Peek(size_t ahead = 0) const { return at_ + ahead < in_.size() ? in_[at_ + ahead] : u'\0'; }
  bool Take(std::u16string_view text) {
    if (in_.substr(at_, text.size()) != text) return false;
    at_ += text.size();
    return true;
  }
  void Fail() { ok_ = false; }

  // \p{RGI_Emoji} and the like, outside of a class: the other properties are the same with `u`.
  void Property() {
    size_t start = at_;
    Operand operand = Escape();
    if (!ok_) return;
    out_ += HasStrings(operand.set.getAlias()) ? SetText(operand.set.getAlias())
                                               : std::u16string(in_.substr(start, at_ - start));
  }

  void Class() {
    Operand operand = ClassContents();
    if (!ok_) return;
    out_ += operand.plain ? operand.text : SetText(operand.set.getAlias());
  }

  Operand ClassContents() {
    Operand result;
    at_++;  // [
    bool negated = Take(u"^");
    if (++depth_ > kMaxDepth) Fail();
    result.text = negated ? u"[^" : u"[";
    enum { kUnion, kIntersection, kDifference } operation = kUnion;
    bool first = true, has_range = false;
    while (ok_ && !Take(u"]")) {
      if (AtEnd()) {
        Fail();
        break;
      }
      if (!first) {
        auto wanted = Take(u"--") ? kDifference : Take(u"&&") ? kIntersection : kUnion;
        // Kinds do not mix in one class, and only the second operand decides which it is.
        if (wanted != operation && !(operation == kUnion && operands_ == 1)) Fail();
        operation = wanted;
      }
      Operand operand = RangeOrOperand();
      has_range = has_range || operand.range;
      if (has_range && operation != kUnion) Fail();
      if (!ok_) break;
      if (first) operands_ = 0;
      operands_++;
      Combine(&result, operand, first ? kUnion : operation, operation != kUnion);
      first = false;
    }
    depth_--;
    result.text += u']';
    if (negated && ok_) Negate(&result);
    return result;
  }

  void Combine(Operand* result, const Operand& operand, int operation, bool is_operation) {
    USet* set = result->set.getAlias();
    if (operation == 0) uset_addAll(set, operand.set.getAlias());
    if (operation == 1) uset_retainAll(set, operand.set.getAlias());
    if (operation == 2) uset_removeAll(set, operand.set.getAlias());
    result->plain = result->plain && operand.plain && !is_operation;
    if (result->plain) result->text += operand.text;
  }

  void Negate(Operand* operand) {
    USet* set = operand->set.getAlias();
    if (HasStrings(set)) return Fail();
    uset_complement(set);
    if (!ignore_case_) return;
    UErrorCode error = U_ZERO_ERROR;
    Set unfolded(uset_openEmpty());
    uset_applyIntPropertyValue(unfolded.getAlias(), UCHAR_CHANGES_WHEN_CASEFOLDED, 1, &error);
    Set folded(uset_clone(unfolded.getAlias()));
    FoldCase(folded.getAlias());
    uset_removeAll(unfolded.getAlias(), folded.getAlias());
    uset_removeAll(set, unfolded.getAlias());
  }

  // A character, a range of them, a nested class, \q{…} or an escape for many.
  Operand RangeOrOperand() {
    Operand left = OneOperand();
    if (!ok_ || !left.character || Peek() != u'-' || Peek(1) == u'-') return left;
    at_++;
    Operand right = OneOperand();
    if (!ok_ || !right.character || right.c < left.c) {
      Fail();
      return left;
    }
    Operand range;
    range.range = true;
    uset_addRange(range.set.getAlias(), left.c, right.c);
    if (ignore_case_) FoldCase(range.set.getAlias());
    range.text = CodePointText(left.c) + u'-' + CodePointText(right.c);
    return range;
  }

  Operand OneOperand() {
    if (Peek() == u'[') {
      Operand nested = ClassContentsOfNested();
      nested.plain = false;
      return nested;
    }
    if (Peek() == u'\\') return Escape();
    if (AtEnd() || Contains(kClassSyntax, Peek()) ||
        (Peek() == Peek(1) && Contains(kReservedDoubles, Peek())))
      Fail();
    return Character(NextCodePoint());
  }

  // The count of operands is the outer class's again when the nested one ends.
  Operand ClassContentsOfNested() {
    int outer = operands_;
    Operand nested = ClassContents();
    operands_ = outer;
    return nested;
  }

  UChar32 NextCodePoint() {
    if (AtEnd()) return 0;
    UChar32 c;
    U16_NEXT(in_.data(), at_, in_.size(), c);
    return c;
  }

  Operand Character(UChar32 c) {
    Operand operand;
    operand.character = true;
    operand.c = c;
    uset_add(operand.set.getAlias(), c);
    if (ignore_case_) FoldCase(operand.set.getAlias());
    operand.text = CodePointText(c);
    return operand;
  }

  Operand Escape() {
    at_++;  // the backslash
    char16_t kind = Peek();
    if (Contains(u"dDsSwW", kind)) return Shorthand();
    if (kind == u'p' || kind == u'P') return PropertyEscape();
    if (kind == u'q' && Peek(1) == u'{') return Strings();
    return Character(EscapedCharacter());
  }

  // \d \s \w and their opposites.
  Operand Shorthand() {
    Operand operand;
    char16_t kind = in_[at_++];
    operand.text = {u'\\', kind};
    USet* set = operand.set.getAlias();
    char16_t lower = static_cast<char16_t>(kind | 0x20);
    if (lower == u's') {
      UErrorCode error = U_ZERO_ERROR;
      uset_applyIntPropertyValue(set, UCHAR_GENERAL_CATEGORY_MASK, U_GC_ZS_MASK, &error);
      uset_addRange(set, 9, 13);
      uset_addRange(set, 0x2028, 0x2029);
      uset_add(set, 0xFEFF);
    } else {
      uset_addRange(set, '0', '9');
    }
    if (lower == u'w') {
      uset_addRange(set, 'a', 'z');
      uset_addRange(set, 'A', 'Z');
      uset_add(set, '_');
      if (ignore_case_) FoldCase(set);
    }
    if (kind != lower) {
      if (ignore_case_) operand.plain = false;
      Negate(&operand);
    }
    return operand;
  }

  // \p{Name}, \p{Name=Value}, \P…
  Operand PropertyEscape() {
    Operand operand;
    size_t start = at_ - 1;
    bool negated = in_[at_++] == u'P';
    size_t end = in_.find(u'}', at_);
    if (Peek() != u'{' || end == std::u16string_view::npos) {
      Fail();
      return operand;
    }
    std::string name(in_.begin() + static_cast<long>(at_) + 1, in_.begin() + static_cast<long>(end));
    at_ = end + 1;
    operand.text = in_.substr(start, at_ - start);
    if (!AddProperty(operand.set.getAlias(), name)) Fail();
    if (HasStrings(operand.set.getAlias())) operand.plain = false;
    if (ignore_case_ && ok_) FoldCase(operand.set.getAlias());
    if (negated && ignore_case_) operand.plain = false;
    if (negated && ok_) Negate(&operand);
    return operand;
  }

  static bool AddProperty(USet* set, const std::string& name) {
    UErrorCode error = U_ZERO_ERROR;
    size_t equals = name.find('=');
    if (equals != std::string::npos) {
      UProperty property = u_getPropertyEnum(name.substr(0, equals).c_str());
      const bool known = property == UCHAR_SCRIPT || property == UCHAR_SCRIPT_EXTENSIONS ||
                         property == UCHAR_GENERAL_CATEGORY;
      if (property == UCHAR_GENERAL_CATEGORY) property = UCHAR_GENERAL_CATEGORY_MASK;
      int32_t value =
          known ? u_getPropertyValueEnum(property == UCHAR_SCRIPT_EXTENSIONS ? UCHAR_SCRIPT : property,
                                         name.substr(equals + 1).c_str())
                : UCHAR_INVALID_CODE;
      if (value == UCHAR_INVALID_CODE) return false;
      uset_applyIntPropertyValue(set, property, value, &error);
      return U_SUCCESS(error);
    }
    if (name == "Any") return uset_addRange(set, 0, 0x10FFFF), true;
    if (name == "ASCII") return uset_addRange(set, 0, 0x7F), true;
    if (name == "Assigned") {
      uset_applyIntPropertyValue(set, UCHAR_GENERAL_CATEGORY_MASK, U_GC_CN_MASK, &error);
      uset_complement(set);
      return U_SUCCESS(error);
    }
    int32_t category = u_getPropertyValueEnum(UCHAR_GENERAL_CATEGORY_MASK, name.c_str());
    if (category != UCHAR_INVALID_CODE) {
      uset_applyIntPropertyValue(set, UCHAR_GENERAL_CATEGORY_MASK, category, &error);
      return U_SUCCESS(error);
    }
    UProperty property = u_getPropertyEnum(name.c_str());
    if (property < UCHAR_BINARY_START || property >= UCHAR_BINARY_LIMIT) return false;
    const USet* members = u_getBinaryPropertySet(property, &error);
    if (U_FAILURE(error)) return false;
    uset_addAll(set, members);
    return true;
  }

  // \q{abc|d|}
  Operand Strings() {
    Operand operand;
    operand.plain = false;
    at_ += 2;
    std::u16string string;
    while (ok_) {
      if (AtEnd()) {
        Fail();
      } else if (Peek() == u'|' || Peek() == u'}') {
        uset_addString(operand.set.getAlias(), string.data(), static_cast<int32_t>(string.size()));
        string.clear();
        if (in_[at_++] == u'}') break;
      } else {
        bool escaped = Take(u"\\");
        if (!escaped && Contains(kClassSyntax, Peek())) Fail();
        UChar32 c = escaped ? EscapedCharacter() : NextCodePoint();
        UChar units[2];
        size_t length = 0;
        U16_APPEND_UNSAFE(units, length, c);
        string.append(units, length);
      }
    }
    if (ignore_case_) FoldCase(operand.set.getAlias());
    return operand;
  }

  // What stands after a backslash and means one code point; the place is after the backslash.
  UChar32 EscapedCharacter() {
    char16_t c = Peek();
    at_++;
    switch (c) {
      case u'b':
        return 8;
      case u't':
        return 9;
      case u'n':
        return 10;
      case u'v':
        return 11;
      case u'f':
        return 12;
      case u'r':
        return 13;
      case u'0':
        if (Peek() >= u'0' && Peek() <= u'9') Fail();
        return 0;
      case u'c':
        if ((Peek() | 0x20) < u'a' || (Peek() | 0x20) > u'z') Fail();
        return in_.substr(at_++, 1)[0] & 31;
      case u'x':
        return Hex(2);
      case u'u':
        return UnicodeEscape();
      default:
        if (!Contains(kSyntaxCharacters, c) && !Contains(kReservedPunctuators, c)) Fail();
        return c;
    }
  }

  UChar32 UnicodeEscape() {
    if (Take(u"{")) {
      size_t end = in_.find(u'}', at_);
      if (end == std::u16string_view::npos || end == at_) return Fail(), 0;
      UChar32 c = Hex(end - at_);
      at_++;
      return c;
    }
    UChar32 lead = Hex(4);
    if (U16_IS_LEAD(lead) && Peek() == u'\\' && Peek(1) == u'u') {
      size_t back = at_;
      at_ += 2;
      UChar32 trail = Peek() == u'{' ? 0 : Hex(4);
      if (U16_IS_TRAIL(trail)) return U16_GET_SUPPLEMENTARY(lead, trail);
      at_ = back;
    }
    return lead;
  }

  UChar32 Hex(size_t digits) {
    UChar32 value = 0;
    for (size_t i = 0; i < digits; i++) {
      int digit = AtEnd() ? -1 : u_digit(in_[at_], 16);
      if (digit < 0 || Peek() > 0x7F || value > 0x10FFFF) return Fail(), 0;
      value = value * 16 + digit;
      at_++;
    }
    if (value > 0x10FFFF) Fail();
    return value;
  }

  std::u16string_view in_;
  bool ignore_case_;
  size_t at_ = 0;
  int depth_ = 0;
  int operands_ = 0;  // of the class that is being read
  bool ok_ = true;
  std::u16string out_;
};

}  // namespace

std::optional<std::u16string> WithoutUnicodeSets(std::u16string_view pattern, bool ignore_case) {
  return Rewriter(pattern, ignore_case).Run();
}

}  // namespace parley
