// Fuzzes opening of SRTP and SRTCP (media/srtp) in every profile: nothing without the key may be let through.
#include <vector>

#include "media/srtp/session.h"

using namespace parley::media;  // NOLINT: a program of one function

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using srtp::Profile;
  for (const Profile profile :
       {Profile::kAeadAes128Gcm, Profile::kAeadAes256Gcm, Profile::kAes128CmSha1_80}) {
    srtp::MasterKey key;
    key.key.fill(0x5A);
    auto receiver = srtp::Receiver::create(profile, key);
    auto sender = srtp::Sender::create(profile, key);
    std::vector<uint8_t> packet(data, data + size);
    if (receiver->unprotect_rtp(packet)) __builtin_trap();
    packet.assign(data, data + size);
    if (receiver->unprotect_rtcp(packet)) __builtin_trap();
    // The sender's header check: any split of the input is either refused or protected, and then opens.
    std::vector<uint8_t> out(size + srtp::kMaxOverhead);
    const size_t header = size > 0 ? data[0] % (size + 1) : 0;
    const std::span<const uint8_t> all(data, size);
    const size_t n = sender->protect_rtp(all.first(header), all.subspan(header), out);
    if (n > 0 && !receiver->unprotect_rtp(std::span(out).first(n))) __builtin_trap();
  }
  return 0;
}
