// The texts of a certificate's parts (RFC 5280 section 4). Who issues a certificate chooses the names in it:
// what could be taken for more than one name, or for the end of one, stands in JSON's quotes
// (CVE-2021-44532).
#include <openssl/x509v3.h>

#include "runtime/crypto/x509.h"

namespace parley {
namespace {

using Names = OpenSslPointer<GENERAL_NAMES, GENERAL_NAMES_free>;
using Access = OpenSslPointer<AUTHORITY_INFO_ACCESS, AUTHORITY_INFO_ACCESS_free>;
using Usage = OpenSslPointer<EXTENDED_KEY_USAGE, EXTENDED_KEY_USAGE_free>;

std::string BioText(BIO* bio) {
  std::span<const uint8_t> bytes = BioBytes(bio);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool IsPlain(unsigned char c, bool is_utf8) { return c >= ' ' && (is_utf8 ? c != 0x7f : c <= '~'); }

// `prefix` comes within the quotes.
std::string Quoted(std::string_view text, bool is_utf8, std::string_view prefix = "") {
  const std::string head = prefix.empty() ? "" : std::string(prefix) + ":";
  bool safe = true;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    safe = safe && IsPlain(byte, is_utf8) && c != '"' && c != '\\' && c != ',' && c != '\'';
  }
  if (safe) return head + std::string(text);
  std::string out = "\"" + head;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') out += '\\';
    if (IsPlain(byte, is_utf8) && c != ',') {
      out += c;
    } else {
      char escape[8];
      snprintf(escape, sizeof(escape), "\\u%04x", byte);
      out += escape;
    }
  }
  return out + "\"";
}

std::string_view BytesOfString(const ASN1_STRING* string) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(string)),
          static_cast<size_t>(ASN1_STRING_length(string))};
}

std::string ObjectText(const ASN1_OBJECT* object, bool only_numbers) {
  char text[128];
  OBJ_obj2txt(text, sizeof(text), object, only_numbers ? 1 : 0);
  return text;
}

std::string AddressText(const ASN1_OCTET_STRING* address) {
  std::string_view bytes = BytesOfString(address);
  std::string out;
  char part[32];
  if (bytes.size() == 4) {
    for (size_t i = 0; i < 4; i++) {
      out += (i == 0 ? "" : ".") + std::to_string(static_cast<unsigned char>(bytes[i]));
    }
  } else if (bytes.size() == 16) {
    for (size_t i = 0; i < 16; i += 2) {
      const int group = static_cast<unsigned char>(bytes[i]) << 8 | static_cast<unsigned char>(bytes[i + 1]);
      snprintf(part, sizeof(part), i == 0 ? "%X" : ":%X", group);
      out += part;
    }
  } else {
    out = "<invalid length=" + std::to_string(bytes.size()) + ">";
  }
  return out;
}

std::string OtherNameText(const OTHERNAME* name) {
  static constexpr struct {
    int nid;
    const char* name;
    int type;
  } kKnown[] = {{NID_id_on_SmtpUTF8Mailbox, "SmtpUTF8Mailbox", V_ASN1_UTF8STRING},
                {NID_XmppAddr, "XmppAddr", V_ASN1_UTF8STRING},
                {NID_SRVName, "SRVName", V_ASN1_IA5STRING},
                {NID_ms_upn, "UPN", V_ASN1_UTF8STRING},
                {NID_NAIRealm, "NAIRealm", V_ASN1_UTF8STRING}};
  const int nid = OBJ_obj2nid(name->type_id);
  for (const auto& known : kKnown) {
    if (known.nid != nid || name->value->type != known.type) continue;
    return Quoted(BytesOfString(name->value->value.asn1_string), known.type == V_ASN1_UTF8STRING, known.name);
  }
  return "<unsupported>";
}

std::string DirectoryText(const X509_NAME* name) {
  BioPointer bio = MemoryBio();
  // Control characters and others than ASCII are left to the quotes around it.
  const unsigned long flags = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB) &
                              ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_CTRL);
  if (X509_NAME_print_ex(bio.get(), name, 0, flags) < 0) return "<invalid>";
  return Quoted(BioText(bio.get()), true);
}

std::string GeneralNameText(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS:
      return "DNS:" + Quoted(BytesOfString(name->d.dNSName), false);
    case GEN_EMAIL:
      return "email:" + Quoted(BytesOfString(name->d.rfc822Name), false);
    case GEN_URI:
      return "URI:" + Quoted(BytesOfString(name->d.uniformResourceIdentifier), false);
    case GEN_IPADD:
      return "IP Address:" + AddressText(name->d.iPAddress);
    case GEN_DIRNAME:
      return "DirName:" + DirectoryText(name->d.directoryName);
    case GEN_RID:
      // Numbers only: what names OpenSSL knows changes.
      return "Registered ID:" + ObjectText(name->d.registeredID, true);
    case GEN_OTHERNAME:
      return "othername:" + OtherNameText(name->d.otherName);
    case GEN_X400:
      return "X400Name:<unsupported>";
    default:
      return "EdiPartyName:<unsupported>";
  }
}

}  // namespace

std::string NameLines(const X509_NAME* name) {
  BioPointer bio = MemoryBio();
  constexpr unsigned long kFlags = ASN1_STRFLGS_ESC_2253 | ASN1_STRFLGS_ESC_CTRL | ASN1_STRFLGS_UTF8_CONVERT |
                                   XN_FLAG_SEP_MULTILINE | XN_FLAG_FN_SN;
  if (X509_NAME_print_ex(bio.get(), name, 0, kFlags) < 0) return {};
  return BioText(bio.get());
}

std::optional<std::string> AlternativeNames(const X509* certificate) {
  Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return {};
  std::string text;
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); i++) {
    text += (i == 0 ? "" : ", ") + GeneralNameText(sk_GENERAL_NAME_value(names.get(), i));
  }
  return text;
}

std::optional<std::string> InfoAccess(const X509* certificate) {
  Access access(
      static_cast<AUTHORITY_INFO_ACCESS*>(X509_get_ext_d2i(certificate, NID_info_access, nullptr, nullptr)));
  if (!access) return {};
  std::string text;
  for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(access.get()); i++) {
    const ACCESS_DESCRIPTION* entry = sk_ACCESS_DESCRIPTION_value(access.get(), i);
    text +=
        (i == 0 ? "" : "\n") + ObjectText(entry->method, false) + " - " + GeneralNameText(entry->location);
  }
  return text;
}

std::string TimeText(const ASN1_TIME* time) {
  BioPointer bio = MemoryBio();
  ASN1_TIME_print(bio.get(), time);
  return BioText(bio.get());
}

std::string Fingerprint(const X509* certificate, const EVP_MD* digest) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  std::string text;
  if (X509_digest(certificate, digest, bytes, &size) != 1) return text;
  for (unsigned i = 0; i < size; i++) {
    char part[8];
    snprintf(part, sizeof(part), i == 0 ? "%02X" : ":%02X", bytes[i]);
    text += part;
  }
  return text;
}

std::string SerialNumber(const X509* certificate) {
  BignumPointer number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  char* hex = number ? BN_bn2hex(number.get()) : nullptr;
  std::string text = hex == nullptr ? "" : hex;
  OPENSSL_free(hex);
  return text;
}

std::optional<std::vector<std::string>> ExtendedKeyUsage(const X509* certificate) {
  Usage usage(
      static_cast<EXTENDED_KEY_USAGE*>(X509_get_ext_d2i(certificate, NID_ext_key_usage, nullptr, nullptr)));
  if (!usage) return {};
  std::vector<std::string> list;
  for (int i = 0; i < sk_ASN1_OBJECT_num(usage.get()); i++) {
    list.push_back(ObjectText(sk_ASN1_OBJECT_value(usage.get(), i), true));
  }
  return list;
}

}  // namespace parley
