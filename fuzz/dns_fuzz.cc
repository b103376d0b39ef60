// Answers of name servers (runtime/dns/dns_message.h).
#include "runtime/dns/dns_message.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::vector<parley::DnsRecord> records;
  parley::ParseDnsAnswers({data, size}, &records);
  return 0;
}
