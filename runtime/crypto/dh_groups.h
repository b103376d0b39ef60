// The Diffie-Hellman groups and elliptic curves that have names.
#ifndef RUNTIME_CRYPTO_DH_GROUPS_H_
#define RUNTIME_CRYPTO_DH_GROUPS_H_

#include <string>

#include "runtime/crypto/openssl.h"

namespace parley {

// The prime of 'modp1' (RFC 2409) to 'modp18' (RFC 3526) in any case, all of which have generator 2; null for
// others.
BignumPointer DhGroupPrime(const std::string& name);

// OpenSSL's number of a curve by OpenSSL's or NIST's name; NID_undef when there is none.
int CurveByName(const std::string& name);

}  // namespace parley

#endif  // RUNTIME_CRYPTO_DH_GROUPS_H_
