// Named groups (RFC 2409, RFC 3526; Node doc: crypto.getDiffieHellman()) and curves.
#include "runtime/crypto/dh_groups.h"

#include <openssl/ec.h>
#include <openssl/objects.h>
#include <strings.h>

namespace parley {

BignumPointer DhGroupPrime(const std::string& name) {
  static constexpr struct {
    const char* name;
    BIGNUM* (*prime)(BIGNUM*);
  } kGroups[] = {
      {"modp1", BN_get_rfc2409_prime_768},   {"modp2", BN_get_rfc2409_prime_1024},
      {"modp5", BN_get_rfc3526_prime_1536},  {"modp14", BN_get_rfc3526_prime_2048},
      {"modp15", BN_get_rfc3526_prime_3072}, {"modp16", BN_get_rfc3526_prime_4096},
      {"modp17", BN_get_rfc3526_prime_6144}, {"modp18", BN_get_rfc3526_prime_8192},
  };
  for (const auto& group : kGroups) {
    if (strcasecmp(group.name, name.c_str()) == 0) return BignumPointer(group.prime(nullptr));
  }
  return nullptr;
}

int CurveByName(const std::string& name) {
  const int nid = EC_curve_nist2nid(name.c_str());
  return nid == NID_undef ? OBJ_sn2nid(name.c_str()) : nid;
}

}  // namespace parley
