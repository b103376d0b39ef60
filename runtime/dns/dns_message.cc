// Reads DNS answers; names, which may point backwards, are c-ares's to expand.
#include "runtime/dns/dns_message.h"

#include <ares.h>
#include <arpa/inet.h>

#include <memory>

namespace parley {
namespace {

constexpr size_t kHeaderSize = 12;

// Takes values from a message one after the other; after a read past the end all that follows fails.
class Reader {
 public:
  explicit Reader(std::span<const uint8_t> message) : message_(message) {}

  bool good() const { return good_; }
  size_t at() const { return at_; }
  void Skip(size_t size) { Bytes(size); }
  // Nothing after `end` belongs to what is read next.
  void Limit(size_t end) { end_ = end; }
  void Unlimit() { end_ = message_.size(); }
  size_t left() const { return end_ - at_; }

  uint8_t Byte() {
    auto bytes = Bytes(1);
    return good_ ? bytes[0] : 0;
  }
  uint16_t Short() {
    auto bytes = Bytes(2);
    return good_ ? static_cast<uint16_t>(bytes[0] << 8 | bytes[1]) : 0;
  }
  uint32_t Long() {
    const uint32_t high = Short();
    return high << 16 | Short();
  }
  std::string Text(size_t size) {
    auto bytes = Bytes(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  // A <character-string> of RFC 1035, 3.3.
  std::string CountedText() { return Text(Byte()); }
  std::string Name() {
    if (!good_ || at_ >= end_) return Fail();
    char* text = nullptr;
    long size = 0;
    if (ares_expand_name(message_.data() + at_, message_.data(), static_cast<int>(message_.size()), &text,
                         &size) != ARES_SUCCESS) {
      return Fail();
    }
    std::unique_ptr<char, void (*)(void*)> owner(text, ares_free_string);
    Bytes(static_cast<size_t>(size));
    return good_ ? std::string(text) : std::string();
  }
  template <int family, size_t size>
  std::string Address() {
    auto bytes = Bytes(size);
    char text[INET6_ADDRSTRLEN] = "";
    if (good_) inet_ntop(family, bytes.data(), text, sizeof text);
    return text;
  }

 private:
  std::string Fail() {
    good_ = false;
    return {};
  }
  std::span<const uint8_t> Bytes(size_t size) {
    if (!good_ || size > end_ - at_) {
      good_ = false;
      return {};
    }
    at_ += size;
    return message_.subspan(at_ - size, size);
  }

  std::span<const uint8_t> message_;
  size_t at_ = 0;
  size_t end_ = message_.size();
  bool good_ = true;
};

// The data of a record; false when its type is none that is told of.
bool ReadData(Reader* in, DnsRecord* record) {
  auto& texts = record->texts;
  auto& numbers = record->numbers;
  switch (record->type) {
    case DnsType::kA:
      texts.push_back(in->Address<AF_INET, 4>());
      return true;
    case DnsType::kAaaa:
      texts.push_back(in->Address<AF_INET6, 16>());
      return true;
    case DnsType::kNs:
    case DnsType::kCname:
    case DnsType::kPtr:
      texts.push_back(in->Name());
      return true;
    case DnsType::kMx:
      numbers.push_back(in->Short());
      texts.push_back(in->Name());
      return true;
    case DnsType::kTxt:
      while (in->good() && in->left() > 0) texts.push_back(in->CountedText());
      return true;
    case DnsType::kSrv:
      for (int i = 0; i < 3; i++) numbers.push_back(in->Short());
      texts.push_back(in->Name());
      return true;
    case DnsType::kNaptr:
      for (int i = 0; i < 2; i++) numbers.push_back(in->Short());
      for (int i = 0; i < 3; i++) texts.push_back(in->CountedText());
      texts.push_back(in->Name());
      return true;
    case DnsType::kSoa:
      for (int i = 0; i < 2; i++) texts.push_back(in->Name());
      for (int i = 0; i < 5; i++) numbers.push_back(in->Long());
      return true;
    case DnsType::kCaa:  // RFC 8659, 4.1
      numbers.push_back(in->Byte());
      texts.push_back(in->CountedText());
      texts.push_back(in->Text(in->left()));
      return true;
    case DnsType::kAny:
      return false;
  }
  return false;
}

}  // namespace

bool ParseDnsAnswers(std::span<const uint8_t> message, std::vector<DnsRecord>* records) {
  if (message.size() < kHeaderSize) return false;
  Reader in(message);
  in.Skip(4);
  const int questions = in.Short();
  const int answers = in.Short();
  in.Skip(4);
  for (int i = 0; i < questions && in.good(); i++) {
    in.Name();
    in.Skip(4);
  }
  for (int i = 0; i < answers && in.good(); i++) {
    in.Name();
    DnsRecord record{static_cast<DnsType>(in.Short()), 0, {}, {}};
    in.Skip(2);  // the class
    record.ttl = in.Long();
    const size_t size = in.Short();
    if (!in.good() || size > in.left()) return false;
    const size_t end = in.at() + size;
    in.Limit(end);
    const bool known = ReadData(&in, &record);
    if (!in.good()) return false;
    in.Skip(in.left());
    in.Unlimit();
    if (known) records->push_back(std::move(record));
  }
  return in.good();
}

}  // namespace parley
