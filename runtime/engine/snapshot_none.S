# What a program without a snapshot has in its place: mksnapshot itself, or parley built with -DSNAPSHOT=OFF.
.section .rodata
.balign 16
.globl parley_snapshot_data, parley_snapshot_size, parley_code_cache_data, parley_code_cache_table, parley_code_cache_count
.hidden parley_snapshot_data, parley_snapshot_size, parley_code_cache_data, parley_code_cache_table, parley_code_cache_count
parley_snapshot_data:
parley_snapshot_size:
parley_code_cache_data:
parley_code_cache_table:
parley_code_cache_count: .quad 0
.section .note.GNU-stack, "", @progbits
