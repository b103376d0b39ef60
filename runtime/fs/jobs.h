// Operations of the `fs` binding that are several system calls (Node doc: fs.readFile, fs.writeFile,
// fs.mkdir and fs.rm with `recursive`): one call from JavaScript, and one visit to the thread pool, for each.
#ifndef RUNTIME_FS_JOBS_H_
#define RUNTIME_FS_JOBS_H_

#include <v8.h>

namespace parley {

// readFile(path or fd, flags, encoding, req): a string, or a Buffer for the encoding 'buffer'. Asynchronously
// it gives the open descriptor instead when the file is large or its size is not known: it is the caller's
// then.
void FsReadFile(const v8::FunctionCallbackInfo<v8::Value>& args);
// writeFile(path or fd, string or view, encoding, flags, mode, req)
void FsWriteFile(const v8::FunctionCallbackInfo<v8::Value>& args);
// readdir(path, encoding, withTypes, req, asOpendir): names in the order of their bytes, or [names, types].
// Its errors are scandir's, or opendir's.
void FsReaddir(const v8::FunctionCallbackInfo<v8::Value>& args);
// makeFolders(path, mode, req): the first folder it made, or undefined
void FsMakeFolders(const v8::FunctionCallbackInfo<v8::Value>& args);
// removeTree(path, flags, req); flags: kRemoveRecursive, kRemoveForce, kRemoveFolder
void FsRemoveTree(const v8::FunctionCallbackInfo<v8::Value>& args);

enum RemoveFlags : int {
  kRemoveRecursive = 1,  // else a folder is refused: EISDIR, rm
  kRemoveForce = 2,      // what is not there is no error
  kRemoveFolder = 4      // rmdir: only a folder will do
};

}  // namespace parley

#endif  // RUNTIME_FS_JOBS_H_
