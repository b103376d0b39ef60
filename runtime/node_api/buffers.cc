// Node-API: ArrayBuffer, typed arrays, DataView and Buffer ("Object creation functions", "Buffer functions").
#include <memory>

#include "runtime/buffer/buffer.h"
#include "runtime/node_api/env.h"

using parley::napi::FromLocal;
using parley::napi::Ok;
using parley::napi::Reference;
using parley::napi::SetLastError;
using parley::napi::ToLocal;
using v8::Local;

namespace {

// An ArrayBuffer over the addon's memory. The finalizer runs once the ArrayBuffer is gone.
Local<v8::ArrayBuffer> External(napi_env env, void* data, size_t length, napi_finalize finalize, void* hint) {
  std::unique_ptr<v8::BackingStore> store =
      v8::ArrayBuffer::NewBackingStore(data, length, v8::BackingStore::EmptyDeleter, nullptr);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(env->isolate(), std::move(store));
  if (finalize != nullptr) new Reference(env, buffer, 0, Reference::Owner::kRuntime, finalize, data, hint);
  return buffer;
}

void* DataOf(Local<v8::ArrayBuffer> buffer) { return buffer->GetBackingStore()->Data(); }

struct TypeRow {
  napi_typedarray_type type;
  const char* name;
  size_t size;
  bool (v8::Value::*is)() const;
  Local<v8::Value> (*make)(Local<v8::ArrayBuffer>, size_t, size_t);
};

template <typename T>
Local<v8::Value> Make(Local<v8::ArrayBuffer> buffer, size_t offset, size_t length) {
  return T::New(buffer, offset, length);
}

constexpr TypeRow kTypes[] = {
    {napi_int8_array, "Int8Array", 1, &v8::Value::IsInt8Array, Make<v8::Int8Array>},
    {napi_uint8_array, "Uint8Array", 1, &v8::Value::IsUint8Array, Make<v8::Uint8Array>},
    {napi_uint8_clamped_array, "Uint8ClampedArray", 1, &v8::Value::IsUint8ClampedArray,
     Make<v8::Uint8ClampedArray>},
    {napi_int16_array, "Int16Array", 2, &v8::Value::IsInt16Array, Make<v8::Int16Array>},
    {napi_uint16_array, "Uint16Array", 2, &v8::Value::IsUint16Array, Make<v8::Uint16Array>},
    {napi_int32_array, "Int32Array", 4, &v8::Value::IsInt32Array, Make<v8::Int32Array>},
    {napi_uint32_array, "Uint32Array", 4, &v8::Value::IsUint32Array, Make<v8::Uint32Array>},
    {napi_float32_array, "Float32Array", 4, &v8::Value::IsFloat32Array, Make<v8::Float32Array>},
    {napi_float64_array, "Float64Array", 8, &v8::Value::IsFloat64Array, Make<v8::Float64Array>},
    {napi_bigint64_array, "BigInt64Array", 8, &v8::Value::IsBigInt64Array, Make<v8::BigInt64Array>},
    {napi_biguint64_array, "BigUint64Array", 8, &v8::Value::IsBigUint64Array, Make<v8::BigUint64Array>},
};

napi_status RangeError(napi_env env, const char* code, const std::string& message) {
  napi_throw_range_error(env, code, message.c_str());
  return SetLastError(env, napi_invalid_arg);
}

}  // namespace

napi_status NAPI_CDECL napi_create_arraybuffer(napi_env env, size_t length, void** data, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::ArrayBuffer> buffer = v8::ArrayBuffer::New(env->isolate(), length);
  if (data != nullptr) *data = DataOf(buffer);
  *result = FromLocal(buffer);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_create_external_arraybuffer(napi_env env, void* data, size_t length,
                                                        napi_finalize finalize, void* hint,
                                                        napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  *result = FromLocal(External(env, data, length, finalize, hint));
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_arraybuffer_info(napi_env env, napi_value value, void** data,
                                                 size_t* length) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsArrayBuffer(), napi_invalid_arg);
  Local<v8::ArrayBuffer> buffer = ToLocal(value).As<v8::ArrayBuffer>();
  if (data != nullptr) *data = DataOf(buffer);
  if (length != nullptr) *length = buffer->ByteLength();
  return Ok(env);
}

napi_status NAPI_CDECL napi_detach_arraybuffer(napi_env env, napi_value value) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsArrayBuffer(), napi_arraybuffer_expected);
  Local<v8::ArrayBuffer> buffer = ToLocal(value).As<v8::ArrayBuffer>();
  NAPI_REQUIRE(env, buffer->IsDetachable(), napi_detachable_arraybuffer_expected);
  buffer->Detach();
  return Ok(env);
}

napi_status NAPI_CDECL napi_is_detached_arraybuffer(napi_env env, napi_value value, bool* result) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Value> v = ToLocal(value);
  *result = v->IsArrayBuffer() && v.As<v8::ArrayBuffer>()->WasDetached();
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_typedarray(napi_env env, napi_typedarray_type type, size_t length,
                                              napi_value arraybuffer, size_t byte_offset,
                                              napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, arraybuffer);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(arraybuffer)->IsArrayBuffer(), napi_invalid_arg);
  Local<v8::ArrayBuffer> buffer = ToLocal(arraybuffer).As<v8::ArrayBuffer>();
  for (const TypeRow& row : kTypes) {
    if (row.type != type) continue;
    if (row.size > 1 && byte_offset % row.size != 0) {
      return RangeError(env, "ERR_NAPI_INVALID_TYPEDARRAY_ALIGNMENT",
                        std::string("start offset of ") + row.name + " should be a multiple of " +
                            std::to_string(row.size));
    }
    if (length > buffer->ByteLength() / row.size || length * row.size + byte_offset > buffer->ByteLength()) {
      return RangeError(env, "ERR_NAPI_INVALID_TYPEDARRAY_LENGTH", "Invalid typed array length");
    }
    *result = FromLocal(row.make(buffer, byte_offset, length));
    NAPI_END(env);
  }
  return SetLastError(env, napi_invalid_arg);
}

napi_status NAPI_CDECL napi_get_typedarray_info(napi_env env, napi_value value, napi_typedarray_type* type,
                                                size_t* length, void** data, napi_value* arraybuffer,
                                                size_t* byte_offset) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  Local<v8::Value> v = ToLocal(value);
  NAPI_REQUIRE(env, v->IsTypedArray(), napi_invalid_arg);
  if (type != nullptr) {
    for (const TypeRow& row : kTypes) {
      if (((*v)->*row.is)()) *type = row.type;
    }
  }
  Local<v8::TypedArray> array = v.As<v8::TypedArray>();
  if (length != nullptr) *length = array->Length();
  if (data != nullptr || arraybuffer != nullptr) {
    Local<v8::ArrayBuffer> buffer = array->Buffer();
    if (data != nullptr) *data = static_cast<uint8_t*>(DataOf(buffer)) + array->ByteOffset();
    if (arraybuffer != nullptr) *arraybuffer = FromLocal(buffer);
  }
  if (byte_offset != nullptr) *byte_offset = array->ByteOffset();
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_dataview(napi_env env, size_t length, napi_value arraybuffer,
                                            size_t byte_offset, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, arraybuffer);
  NAPI_CHECK_ARG(env, result);
  NAPI_REQUIRE(env, ToLocal(arraybuffer)->IsArrayBuffer(), napi_invalid_arg);
  Local<v8::ArrayBuffer> buffer = ToLocal(arraybuffer).As<v8::ArrayBuffer>();
  if (byte_offset > buffer->ByteLength() || length > buffer->ByteLength() - byte_offset) {
    napi_throw_range_error(
        env, "ERR_NAPI_INVALID_DATAVIEW_ARGS",
        "byte_offset + byte_length should be less than or equal to the size in bytes of the array "
        "passed in");
    return SetLastError(env, napi_pending_exception);
  }
  *result = FromLocal(v8::DataView::New(buffer, byte_offset, length));
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_dataview_info(napi_env env, napi_value value, size_t* length, void** data,
                                              napi_value* arraybuffer, size_t* byte_offset) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsDataView(), napi_invalid_arg);
  Local<v8::DataView> view = ToLocal(value).As<v8::DataView>();
  if (length != nullptr) *length = view->ByteLength();
  if (data != nullptr || arraybuffer != nullptr) {
    Local<v8::ArrayBuffer> buffer = view->Buffer();
    if (data != nullptr) *data = static_cast<uint8_t*>(DataOf(buffer)) + view->ByteOffset();
    if (arraybuffer != nullptr) *arraybuffer = FromLocal(buffer);
  }
  if (byte_offset != nullptr) *byte_offset = view->ByteOffset();
  return Ok(env);
}

napi_status NAPI_CDECL napi_create_buffer(napi_env env, size_t length, void** data, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Uint8Array> buffer;
  NAPI_TRY(env, parley::NewBuffer(env->isolate(), length).ToLocal(&buffer), napi_generic_failure);
  if (data != nullptr) *data = parley::BytesOf(buffer).data();
  *result = FromLocal(buffer);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_create_buffer_copy(napi_env env, size_t length, const void* data,
                                               void** result_data, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::Uint8Array> buffer;
  NAPI_TRY(env,
           parley::CopyToBuffer(env->isolate(), {static_cast<const uint8_t*>(data), length}).ToLocal(&buffer),
           napi_generic_failure);
  if (result_data != nullptr) *result_data = parley::BytesOf(buffer).data();
  *result = FromLocal(buffer);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_create_external_buffer(napi_env env, size_t length, void* data,
                                                   napi_finalize finalize, void* hint, napi_value* result) {
  NAPI_BEGIN(env);
  NAPI_CHECK_ARG(env, result);
  Local<v8::ArrayBuffer> memory = External(env, data, length, finalize, hint);
  Local<v8::Uint8Array> buffer;
  NAPI_TRY(env, parley::BufferOver(memory, 0, length).ToLocal(&buffer), napi_generic_failure);
  *result = FromLocal(buffer);
  NAPI_END(env);
}

napi_status NAPI_CDECL napi_get_buffer_info(napi_env env, napi_value value, void** data, size_t* length) {
  NAPI_CHECK_ENV(env);
  NAPI_CHECK_ARG(env, value);
  NAPI_REQUIRE(env, ToLocal(value)->IsArrayBufferView(), napi_invalid_arg);
  std::span<uint8_t> bytes = parley::BytesOf(ToLocal(value));
  if (data != nullptr) *data = bytes.data();
  if (length != nullptr) *length = bytes.size();
  return Ok(env);
}
