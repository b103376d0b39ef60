// The `crypto_ecdh` binding: points of elliptic curves (SEC 1; Node doc: crypto, "Class: ECDH"). It keeps
// nothing: a private key is the bytes of a number, a public one those of an uncompressed point.
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>

#include "runtime/crypto/crypto.h"
#include "runtime/crypto/dh_groups.h"
#include "runtime/crypto/openssl.h"
#include "runtime/engine/binding.h"

namespace parley {
namespace {

using v8::Local;
using v8::Value;
using Args = v8::FunctionCallbackInfo<Value>;
using GroupPointer = OpenSslPointer<EC_GROUP, EC_GROUP_free>;
using PointPointer = OpenSslPointer<EC_POINT, EC_POINT_clear_free>;

GroupPointer GroupFrom(const Args& args) {
  const int nid = CurveByName(ToUtf8(args.GetIsolate(), args[0]));
  GroupPointer group(nid == NID_undef ? nullptr : EC_GROUP_new_by_curve_name(nid));
  ERR_clear_error();
  return group;
}

void ReturnBytes(const Args& args, std::span<const uint8_t> bytes) {
  Local<v8::Uint8Array> buffer;
  if (CopyToBuffer(args.GetIsolate(), bytes).ToLocal(&buffer)) args.GetReturnValue().Set(buffer);
}

void ReturnPoint(const Args& args, const EC_GROUP* group, const EC_POINT* point,
                 point_conversion_form_t form) {
  const size_t size = EC_POINT_point2oct(group, point, form, nullptr, 0, nullptr);
  std::vector<uint8_t> bytes(size);
  if (size == 0 || EC_POINT_point2oct(group, point, form, bytes.data(), size, nullptr) == 0) {
    return ThrowOpenSsl(args, "Failed to get public key");
  }
  ReturnBytes(args, bytes);
}

// Null when the bytes are no point of the curve.
PointPointer PointFrom(const EC_GROUP* group, Local<Value> value) {
  std::span<uint8_t> bytes = BytesOf(value);
  PointPointer point(EC_POINT_new(group));
  if (EC_POINT_oct2point(group, point.get(), bytes.data(), bytes.size(), nullptr) != 1) point.reset();
  ERR_clear_error();
  return point;
}

// Null when it is not in [1, order - 1].
BignumPointer PrivateFrom(const EC_GROUP* group, Local<Value> value) {
  BignumPointer number = ToBignum(BytesOf(value));
  if (BN_is_zero(number.get()) || BN_cmp(number.get(), EC_GROUP_get0_order(group)) >= 0) number.reset();
  return number;
}

// isCurve(name): boolean
void IsCurve(const Args& args) { args.GetReturnValue().Set(GroupFrom(args) != nullptr); }

// generate(curve): the bytes of a new private key
void Generate(const Args& args) {
  GroupPointer group = GroupFrom(args);
  BignumPointer number(BN_new());
  do {
    if (!group || BN_priv_rand_range(number.get(), EC_GROUP_get0_order(group.get())) != 1) {
      return ThrowOpenSsl(args, "Failed to generate key");
    }
  } while (BN_is_zero(number.get()));
  const auto size = static_cast<size_t>(BN_num_bytes(EC_GROUP_get0_order(group.get())));
  ReturnBytes(args, FromBignum(number.get(), size));
}

// publicOf(curve, private key): the point's bytes, or undefined when that is no private key
void PublicOf(const Args& args) {
  GroupPointer group = GroupFrom(args);
  if (!group) return;
  BignumPointer number = PrivateFrom(group.get(), args[1]);
  if (!number) return;
  PointPointer point(EC_POINT_new(group.get()));
  if (EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, nullptr) != 1) {
    return ThrowOpenSsl(args, "Failed to generate ECDH public key");
  }
  ReturnPoint(args, group.get(), point.get(), POINT_CONVERSION_UNCOMPRESSED);
}

// convert(curve, point, form): the point's bytes, or undefined when it is none
void Convert(const Args& args) {
  GroupPointer group = GroupFrom(args);
  PointPointer point = group ? PointFrom(group.get(), args[1]) : nullptr;
  if (!point) return;
  const auto form = static_cast<point_conversion_form_t>(args[2].As<v8::Int32>()->Value());
  ReturnPoint(args, group.get(), point.get(), form);
}

// computeSecret(curve, private key, the other's point): Buffer, or undefined when that is no point to use
void ComputeSecret(const Args& args) {
  GroupPointer group = GroupFrom(args);
  if (!group) return;
  BignumPointer number = PrivateFrom(group.get(), args[1]);
  PointPointer other = PointFrom(group.get(), args[2]);
  PointPointer shared(EC_POINT_new(group.get()));
  BignumPointer x(BN_new());
  if (!number || !other) return;
  if (EC_POINT_is_at_infinity(group.get(), other.get()) == 1) {
    return Environment::From(args)->ThrowError("ERR_CRYPTO_OPERATION_FAILED", "Failed to compute ECDH key");
  }
  if (EC_POINT_mul(group.get(), shared.get(), nullptr, other.get(), number.get(), nullptr) != 1 ||
      EC_POINT_get_affine_coordinates(group.get(), shared.get(), x.get(), nullptr, nullptr) != 1) {
    return ThrowOpenSsl(args, "Failed to compute ECDH key");
  }
  const auto size = (static_cast<size_t>(EC_GROUP_get_degree(group.get())) + 7) / 8;
  ReturnBytes(args, FromBignum(x.get(), size));
}

// curves(): the names OpenSSL knows
void Curves(const Args& args) {
  std::vector<EC_builtin_curve> curves(EC_get_builtin_curves(nullptr, 0));
  EC_get_builtin_curves(curves.data(), curves.size());
  std::vector<Local<Value>> names;
  for (const EC_builtin_curve& curve : curves)
    names.push_back(ToV8(args.GetIsolate(), OBJ_nid2sn(curve.nid)));
  args.GetReturnValue().Set(v8::Array::New(args.GetIsolate(), names.data(), names.size()));
}

constexpr BindingFunction kFunctions[] = {{"isCurve", IsCurve},   {"generate", Generate},
                                          {"publicOf", PublicOf}, {"convert", Convert},
                                          {"curves", Curves},     {"computeSecret", ComputeSecret}};

PARLEY_BINDING(crypto_ecdh, BindingKind::kInternal, kFunctions, nullptr, {});

}  // namespace
}  // namespace parley
