// internalBinding('url'): domain names of other scripts by ICU's UTS #46
// (https://url.spec.whatwg.org/#concept-domain-to-ascii).
#include <unicode/uidna.h>
#include <v8.h>

#include <memory>
#include <string>
#include <vector>

#include "runtime/engine/binding.h"
#include "runtime/engine/environment.h"

namespace parley {
namespace {

using Args = v8::FunctionCallbackInfo<v8::Value>;

struct CloseIdna {
  void operator()(UIDNA* idna) const { uidna_close(idna); }
};

// Made at the first name that needs it; the same for all environments of the process, and only read after
// that.
UIDNA* Idna() {
  static const std::unique_ptr<UIDNA, CloseIdna> idna([] {
    UErrorCode status = U_ZERO_ERROR;
    UIDNA* result = uidna_openUTS46(UIDNA_CHECK_BIDI | UIDNA_CHECK_CONTEXTJ | UIDNA_NONTRANSITIONAL_TO_ASCII |
                                        UIDNA_NONTRANSITIONAL_TO_UNICODE,
                                    &status);
    return U_SUCCESS(status) ? result : nullptr;
  }());
  return idna.get();
}

// What the URL standard allows and UTS #46 complains of.
constexpr uint32_t kAllowedErrors = UIDNA_ERROR_EMPTY_LABEL | UIDNA_ERROR_LABEL_TOO_LONG |
                                    UIDNA_ERROR_DOMAIN_NAME_TOO_LONG | UIDNA_ERROR_LEADING_HYPHEN |
                                    UIDNA_ERROR_TRAILING_HYPHEN | UIDNA_ERROR_HYPHEN_3_4;
constexpr int kMaxName = 65536;  // UTF-16 code units; nothing like a host name is longer

using Convert = int32_t (*)(const UIDNA*, const UChar*, int32_t, UChar*, int32_t, UIDNAInfo*, UErrorCode*);

// (name) -> converted name, or undefined when it is none. `lenient`: whatever ICU made of it.
void ConvertName(const Args& args, Convert convert, bool lenient) {
  v8::Isolate* isolate = args.GetIsolate();
  if (!args[0]->IsString() || Idna() == nullptr) return;
  v8::Local<v8::String> name = args[0].As<v8::String>();
  const int length = name->Length();
  if (length > kMaxName) return;
  std::u16string text(static_cast<size_t>(length), u'\0');
  name->Write(isolate, reinterpret_cast<uint16_t*>(text.data()), 0, length, v8::String::NO_NULL_TERMINATION);
  std::vector<UChar> result(static_cast<size_t>(length) * 4 + 256);
  for (int attempt = 0; attempt < 2; attempt++) {
    UIDNAInfo info = UIDNA_INFO_INITIALIZER;
    UErrorCode status = U_ZERO_ERROR;
    const int32_t size = convert(Idna(), reinterpret_cast<const UChar*>(text.data()), length, result.data(),
                                 static_cast<int32_t>(result.size()), &info, &status);
    if (status == U_BUFFER_OVERFLOW_ERROR) {
      result.resize(static_cast<size_t>(size) + 1);
      continue;
    }
    if (U_FAILURE(status) || (!lenient && (info.errors & ~kAllowedErrors) != 0)) return;
    v8::Local<v8::String> converted;
    if (v8::String::NewFromTwoByte(isolate, reinterpret_cast<const uint16_t*>(result.data()),
                                   v8::NewStringType::kNormal, size)
            .ToLocal(&converted)) {
      args.GetReturnValue().Set(converted);
    }
    return;
  }
}

void ToAscii(const Args& args) { ConvertName(args, uidna_nameToASCII, args[1]->IsTrue()); }
void ToUnicode(const Args& args) { ConvertName(args, uidna_nameToUnicode, true); }

constexpr BindingFunction kFunctions[] = {{"toASCII", ToAscii}, {"toUnicode", ToUnicode}};

PARLEY_BINDING(url, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
