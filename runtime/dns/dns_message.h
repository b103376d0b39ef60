// The answer section of a DNS message (RFC 1035, 4.1) as records, for the types that dns.resolve*() tells of.
#ifndef RUNTIME_DNS_DNS_MESSAGE_H_
#define RUNTIME_DNS_DNS_MESSAGE_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace parley {

enum class DnsType : uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kSrv = 33,
  kNaptr = 35,
  kAny = 255,
  kCaa = 257,
};

struct DnsRecord {
  DnsType type;
  uint32_t ttl = 0;  // seconds
  // In the order of the record's own format: addresses as text, names without their last dot.
  std::vector<std::string> texts;
  std::vector<uint32_t> numbers;
};

// The records of the known types in the answers of `message`; others are left out. False when the message is
// not well-formed.
bool ParseDnsAnswers(std::span<const uint8_t> message, std::vector<DnsRecord>* records);

}  // namespace parley

#endif  // RUNTIME_DNS_DNS_MESSAGE_H_
