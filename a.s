.intel_syntax noprefix
vmovups xmm1,XMMWORD PTR [rdi+64]
vmovups xmm1,xmm3
vmovups xmm9,XMMWORD PTR [r13]
vmovups xmm9,xmm3
vmovups xmm6,XMMWORD PTR [r12+8]
vmovups xmm6,xmm7
vmovups xmm17,XMMWORD PTR [rbp+rcx*2]
vmovups xmm17,xmm19
vmovups xmm1,XMMWORD PTR [r13+r10*4-128]
vmovups xmm1,xmm4
vmovups xmm25,XMMWORD PTR [r9+4096]
vmovups xmm25,xmm14
vmovups ymm1,YMMWORD PTR [r11+r15*8+127]
vmovups ymm1,ymm3
vmovups ymm9,YMMWORD PTR [rsp+32]
vmovups ymm9,ymm3
vmovups ymm6,YMMWORD PTR [rbx-64]
vmovups ymm6,ymm7
vmovups ymm17,YMMWORD PTR [rax+2048]
vmovups ymm17,ymm19
vmovups ymm1,YMMWORD PTR [r14+r9*1+16]
vmovups ymm1,ymm4
vmovups ymm25,YMMWORD PTR [rax]
vmovups ymm25,ymm14
vmovups zmm1,ZMMWORD PTR [rdi+64]
vmovups zmm1,zmm3
vmovups zmm17,ZMMWORD PTR [r13]
vmovups zmm17,zmm19
vmovups zmm9,ZMMWORD PTR [r12+8]
vmovups zmm31,ZMMWORD PTR [rbp+rcx*2]
vmovups zmm31,zmm8
vmovups XMMWORD PTR [r13+r10*4-128],xmm1
vmovups XMMWORD PTR [r9+4096],xmm9
vmovups XMMWORD PTR [r11+r15*8+127],xmm6
vmovups XMMWORD PTR [rsp+32],xmm17
vmovups XMMWORD PTR [rbx-64],xmm1
vmovups XMMWORD PTR [rax+2048],xmm25
vmovups YMMWORD PTR [r14+r9*1+16],ymm1
vmovups YMMWORD PTR [rax],ymm9
vmovups YMMWORD PTR [rdi+64],ymm6
vmovups YMMWORD PTR [r13],ymm17
vmovups YMMWORD PTR [r12+8],ymm1
vmovups YMMWORD PTR [rbp+rcx*2],ymm25
vmovups ZMMWORD PTR [r13+r10*4-128],zmm1
vmovups ZMMWORD PTR [r9+4096],zmm17
vmovups ZMMWORD PTR [r11+r15*8+127],zmm9
vmovups ZMMWORD PTR [rsp+32],zmm31
vmovss xmm1,DWORD PTR [rbx-64]
vmovss xmm9,DWORD PTR [rax+2048]
vmovss xmm6,DWORD PTR [r14+r9*1+16]
vmovss xmm17,DWORD PTR [rax]
vmovss xmm1,DWORD PTR [rdi+64]
vmovss xmm25,DWORD PTR [r13]
vmovss DWORD PTR [r12+8],xmm1
vmovss DWORD PTR [rbp+rcx*2],xmm9
vmovss DWORD PTR [r13+r10*4-128],xmm6
vmovss DWORD PTR [r9+4096],xmm17
vmovss DWORD PTR [r11+r15*8+127],xmm1
vmovss DWORD PTR [rsp+32],xmm25
vmovsd xmm1,QWORD PTR [rbx-64]
vmovsd xmm9,QWORD PTR [rax+2048]
vmovsd xmm6,QWORD PTR [r14+r9*1+16]
vmovsd xmm17,QWORD PTR [rax]
vmovsd xmm1,QWORD PTR [rdi+64]
vmovsd xmm25,QWORD PTR [r13]
vmovsd QWORD PTR [r12+8],xmm1
vmovsd QWORD PTR [rbp+rcx*2],xmm9
vmovsd QWORD PTR [r13+r10*4-128],xmm6
vmovsd QWORD PTR [r9+4096],xmm17
vmovsd QWORD PTR [r11+r15*8+127],xmm1
vmovsd QWORD PTR [rsp+32],xmm25
vbroadcastss xmm1,DWORD PTR [rbx-64]
vbroadcastss xmm1,xmm3
vbroadcastss xmm9,DWORD PTR [rax+2048]
vbroadcastss xmm9,xmm3
vbroadcastss xmm6,DWORD PTR [r14+r9*1+16]
vbroadcastss xmm6,xmm7
vbroadcastss xmm17,DWORD PTR [rax]
vbroadcastss xmm17,xmm19
vbroadcastss xmm1,DWORD PTR [rdi+64]
vbroadcastss xmm1,xmm4
vbroadcastss xmm25,DWORD PTR [r13]
vbroadcastss xmm25,xmm14
vbroadcastss ymm1,DWORD PTR [r12+8]
vbroadcastss ymm1,xmm3
vbroadcastss ymm9,DWORD PTR [rbp+rcx*2]
vbroadcastss ymm9,xmm3
vbroadcastss ymm6,DWORD PTR [r13+r10*4-128]
vbroadcastss ymm6,xmm7
vbroadcastss ymm17,DWORD PTR [r9+4096]
vbroadcastss ymm17,xmm19
vbroadcastss ymm1,DWORD PTR [r11+r15*8+127]
vbroadcastss ymm1,xmm4
vbroadcastss ymm25,DWORD PTR [rsp+32]
vbroadcastss ymm25,xmm14
vbroadcastss zmm1,DWORD PTR [rbx-64]
vbroadcastss zmm1,xmm3
vbroadcastss zmm17,DWORD PTR [rax+2048]
vbroadcastss zmm17,xmm19
vbroadcastss zmm9,DWORD PTR [r14+r9*1+16]
vbroadcastss zmm9,xmm14
vbroadcastss zmm31,DWORD PTR [rax]
vbroadcastss zmm31,xmm8
vbroadcastsd ymm1,QWORD PTR [rdi+64]
vbroadcastsd ymm1,xmm3
vbroadcastsd ymm9,QWORD PTR [r13]
vbroadcastsd ymm9,xmm3
vbroadcastsd ymm6,QWORD PTR [r12+8]
vbroadcastsd ymm6,xmm7
vbroadcastsd ymm17,QWORD PTR [rbp+rcx*2]
vbroadcastsd ymm17,xmm19
vbroadcastsd ymm1,QWORD PTR [r13+r10*4-128]
vbroadcastsd ymm1,xmm4
vbroadcastsd ymm25,QWORD PTR [r9+4096]
vbroadcastsd ymm25,xmm14
vbroadcastsd zmm1,QWORD PTR [r11+r15*8+127]
vbroadcastsd zmm1,xmm3
vbroadcastsd zmm17,QWORD PTR [rsp+32]
vbroadcastsd zmm17,xmm19
vbroadcastsd zmm9,QWORD PTR [rbx-64]
vbroadcastsd zmm9,xmm14
vbroadcastsd zmm31,QWORD PTR [rax+2048]
vbroadcastsd zmm31,xmm8
vpbroadcastb xmm1,BYTE PTR [r14+r9*1+16]
vpbroadcastb xmm1,xmm3
vpbroadcastb xmm9,BYTE PTR [rax]
vpbroadcastb xmm9,xmm3
vpbroadcastb xmm6,BYTE PTR [rdi+64]
vpbroadcastb xmm6,xmm7
vpbroadcastb xmm17,BYTE PTR [r13]
vpbroadcastb xmm17,xmm19
vpbroadcastb xmm1,BYTE PTR [r12+8]
vpbroadcastb xmm1,xmm4
vpbroadcastb xmm25,BYTE PTR [rbp+rcx*2]
vpbroadcastb xmm25,xmm14
vpbroadcastb ymm1,BYTE PTR [r13+r10*4-128]
vpbroadcastb ymm1,xmm3
vpbroadcastb ymm9,BYTE PTR [r9+4096]
vpbroadcastb ymm9,xmm3
vpbroadcastb ymm6,BYTE PTR [r11+r15*8+127]
vpbroadcastb ymm6,xmm7
vpbroadcastb ymm17,BYTE PTR [rsp+32]
vpbroadcastb ymm17,xmm19
vpbroadcastb ymm1,BYTE PTR [rbx-64]
vpbroadcastb ymm1,xmm4
vpbroadcastb ymm25,BYTE PTR [rax+2048]
vpbroadcastb ymm25,xmm14
vpbroadcastb zmm1,BYTE PTR [r14+r9*1+16]
vpbroadcastb zmm1,xmm3
vpbroadcastb zmm17,BYTE PTR [rax]
vpbroadcastb zmm17,xmm19
vpbroadcastb zmm9,BYTE PTR [rdi+64]
vpbroadcastb zmm9,xmm14
vpbroadcastb zmm31,BYTE PTR [r13]
vpbroadcastb zmm31,xmm8
vpbroadcastw xmm1,WORD PTR [r12+8]
vpbroadcastw xmm1,xmm3
vpbroadcastw xmm9,WORD PTR [rbp+rcx*2]
vpbroadcastw xmm9,xmm3
vpbroadcastw xmm6,WORD PTR [r13+r10*4-128]
vpbroadcastw xmm6,xmm7
vpbroadcastw xmm17,WORD PTR [r9+4096]
vpbroadcastw xmm17,xmm19
vpbroadcastw xmm1,WORD PTR [r11+r15*8+127]
vpbroadcastw xmm1,xmm4
vpbroadcastw xmm25,WORD PTR [rsp+32]
vpbroadcastw xmm25,xmm14
vpbroadcastw ymm1,WORD PTR [rbx-64]
vpbroadcastw ymm1,xmm3
vpbroadcastw ymm9,WORD PTR [rax+2048]
vpbroadcastw ymm9,xmm3
vpbroadcastw ymm6,WORD PTR [r14+r9*1+16]
vpbroadcastw ymm6,xmm7
vpbroadcastw ymm17,WORD PTR [rax]
vpbroadcastw ymm17,xmm19
vpbroadcastw ymm1,WORD PTR [rdi+64]
vpbroadcastw ymm1,xmm4
vpbroadcastw ymm25,WORD PTR [r13]
vpbroadcastw ymm25,xmm14
vpbroadcastw zmm1,WORD PTR [r12+8]
vpbroadcastw zmm1,xmm3
vpbroadcastw zmm17,WORD PTR [rbp+rcx*2]
vpbroadcastw zmm17,xmm19
vpbroadcastw zmm9,WORD PTR [r13+r10*4-128]
vpbroadcastw zmm9,xmm14
vpbroadcastw zmm31,WORD PTR [r9+4096]
vpbroadcastw zmm31,xmm8
vaddps xmm1,xmm2,xmm3
vaddps xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vaddps xmm9,xmm10,xmm3
vaddps xmm9,xmm10,XMMWORD PTR [rsp+32]
vaddps xmm6,xmm5,xmm7
vaddps xmm6,xmm5,XMMWORD PTR [rbx-64]
vaddps xmm17,xmm18,xmm19
vaddps xmm17,xmm18,XMMWORD PTR [rax+2048]
vaddps xmm1,xmm30,xmm4
vaddps xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vaddps xmm25,xmm3,xmm14
vaddps xmm25,xmm3,XMMWORD PTR [rax]
vaddps ymm1,ymm2,ymm3
vaddps ymm1,ymm2,YMMWORD PTR [rdi+64]
vaddps ymm9,ymm10,ymm3
vaddps ymm9,ymm10,YMMWORD PTR [r13]
vaddps ymm6,ymm5,ymm7
vaddps ymm6,ymm5,YMMWORD PTR [r12+8]
vaddps ymm17,ymm18,ymm19
vaddps ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vaddps ymm1,ymm30,ymm4
vaddps ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vaddps ymm25,ymm3,ymm14
vaddps ymm25,ymm3,YMMWORD PTR [r9+4096]
vaddps zmm1,zmm2,zmm3
vaddps zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vaddps zmm17,zmm18,zmm19
vaddps zmm17,zmm18,ZMMWORD PTR [rsp+32]
vaddps zmm9,zmm25,zmm14
vaddps zmm9,zmm25,ZMMWORD PTR [rbx-64]
vaddps zmm31,zmm0,zmm8
vaddps zmm31,zmm0,ZMMWORD PTR [rax+2048]
vsubps xmm1,xmm2,xmm3
vsubps xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vsubps xmm9,xmm10,xmm3
vsubps xmm9,xmm10,XMMWORD PTR [rax]
vsubps xmm6,xmm5,xmm7
vsubps xmm6,xmm5,XMMWORD PTR [rdi+64]
vsubps xmm17,xmm18,xmm19
vsubps xmm17,xmm18,XMMWORD PTR [r13]
vsubps xmm1,xmm30,xmm4
vsubps xmm1,xmm30,XMMWORD PTR [r12+8]
vsubps xmm25,xmm3,xmm14
vsubps xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vsubps ymm1,ymm2,ymm3
vsubps ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vsubps ymm9,ymm10,ymm3
vsubps ymm9,ymm10,YMMWORD PTR [r9+4096]
vsubps ymm6,ymm5,ymm7
vsubps ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vsubps ymm17,ymm18,ymm19
vsubps ymm17,ymm18,YMMWORD PTR [rsp+32]
vsubps ymm1,ymm30,ymm4
vsubps ymm1,ymm30,YMMWORD PTR [rbx-64]
vsubps ymm25,ymm3,ymm14
vsubps ymm25,ymm3,YMMWORD PTR [rax+2048]
vsubps zmm1,zmm2,zmm3
vsubps zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vsubps zmm17,zmm18,zmm19
vsubps zmm17,zmm18,ZMMWORD PTR [rax]
vsubps zmm9,zmm25,zmm14
vsubps zmm9,zmm25,ZMMWORD PTR [rdi+64]
vsubps zmm31,zmm0,zmm8
vsubps zmm31,zmm0,ZMMWORD PTR [r13]
vmulps xmm1,xmm2,xmm3
vmulps xmm1,xmm2,XMMWORD PTR [r12+8]
vmulps xmm9,xmm10,xmm3
vmulps xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vmulps xmm6,xmm5,xmm7
vmulps xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vmulps xmm17,xmm18,xmm19
vmulps xmm17,xmm18,XMMWORD PTR [r9+4096]
vmulps xmm1,xmm30,xmm4
vmulps xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vmulps xmm25,xmm3,xmm14
vmulps xmm25,xmm3,XMMWORD PTR [rsp+32]
vmulps ymm1,ymm2,ymm3
vmulps ymm1,ymm2,YMMWORD PTR [rbx-64]
vmulps ymm9,ymm10,ymm3
vmulps ymm9,ymm10,YMMWORD PTR [rax+2048]
vmulps ymm6,ymm5,ymm7
vmulps ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vmulps ymm17,ymm18,ymm19
vmulps ymm17,ymm18,YMMWORD PTR [rax]
vmulps ymm1,ymm30,ymm4
vmulps ymm1,ymm30,YMMWORD PTR [rdi+64]
vmulps ymm25,ymm3,ymm14
vmulps ymm25,ymm3,YMMWORD PTR [r13]
vmulps zmm1,zmm2,zmm3
vmulps zmm1,zmm2,ZMMWORD PTR [r12+8]
vmulps zmm17,zmm18,zmm19
vmulps zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vmulps zmm9,zmm25,zmm14
vmulps zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vmulps zmm31,zmm0,zmm8
vmulps zmm31,zmm0,ZMMWORD PTR [r9+4096]
vdivps xmm1,xmm2,xmm3
vdivps xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vdivps xmm9,xmm10,xmm3
vdivps xmm9,xmm10,XMMWORD PTR [rsp+32]
vdivps xmm6,xmm5,xmm7
vdivps xmm6,xmm5,XMMWORD PTR [rbx-64]
vdivps xmm17,xmm18,xmm19
vdivps xmm17,xmm18,XMMWORD PTR [rax+2048]
vdivps xmm1,xmm30,xmm4
vdivps xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vdivps xmm25,xmm3,xmm14
vdivps xmm25,xmm3,XMMWORD PTR [rax]
vdivps ymm1,ymm2,ymm3
vdivps ymm1,ymm2,YMMWORD PTR [rdi+64]
vdivps ymm9,ymm10,ymm3
vdivps ymm9,ymm10,YMMWORD PTR [r13]
vdivps ymm6,ymm5,ymm7
vdivps ymm6,ymm5,YMMWORD PTR [r12+8]
vdivps ymm17,ymm18,ymm19
vdivps ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vdivps ymm1,ymm30,ymm4
vdivps ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vdivps ymm25,ymm3,ymm14
vdivps ymm25,ymm3,YMMWORD PTR [r9+4096]
vdivps zmm1,zmm2,zmm3
vdivps zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vdivps zmm17,zmm18,zmm19
vdivps zmm17,zmm18,ZMMWORD PTR [rsp+32]
vdivps zmm9,zmm25,zmm14
vdivps zmm9,zmm25,ZMMWORD PTR [rbx-64]
vdivps zmm31,zmm0,zmm8
vdivps zmm31,zmm0,ZMMWORD PTR [rax+2048]
vminps xmm1,xmm2,xmm3
vminps xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vminps xmm9,xmm10,xmm3
vminps xmm9,xmm10,XMMWORD PTR [rax]
vminps xmm6,xmm5,xmm7
vminps xmm6,xmm5,XMMWORD PTR [rdi+64]
vminps xmm17,xmm18,xmm19
vminps xmm17,xmm18,XMMWORD PTR [r13]
vminps xmm1,xmm30,xmm4
vminps xmm1,xmm30,XMMWORD PTR [r12+8]
vminps xmm25,xmm3,xmm14
vminps xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vminps ymm1,ymm2,ymm3
vminps ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vminps ymm9,ymm10,ymm3
vminps ymm9,ymm10,YMMWORD PTR [r9+4096]
vminps ymm6,ymm5,ymm7
vminps ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vminps ymm17,ymm18,ymm19
vminps ymm17,ymm18,YMMWORD PTR [rsp+32]
vminps ymm1,ymm30,ymm4
vminps ymm1,ymm30,YMMWORD PTR [rbx-64]
vminps ymm25,ymm3,ymm14
vminps ymm25,ymm3,YMMWORD PTR [rax+2048]
vminps zmm1,zmm2,zmm3
vminps zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vminps zmm17,zmm18,zmm19
vminps zmm17,zmm18,ZMMWORD PTR [rax]
vminps zmm9,zmm25,zmm14
vminps zmm9,zmm25,ZMMWORD PTR [rdi+64]
vminps zmm31,zmm0,zmm8
vminps zmm31,zmm0,ZMMWORD PTR [r13]
vmaxps xmm1,xmm2,xmm3
vmaxps xmm1,xmm2,XMMWORD PTR [r12+8]
vmaxps xmm9,xmm10,xmm3
vmaxps xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vmaxps xmm6,xmm5,xmm7
vmaxps xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vmaxps xmm17,xmm18,xmm19
vmaxps xmm17,xmm18,XMMWORD PTR [r9+4096]
vmaxps xmm1,xmm30,xmm4
vmaxps xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vmaxps xmm25,xmm3,xmm14
vmaxps xmm25,xmm3,XMMWORD PTR [rsp+32]
vmaxps ymm1,ymm2,ymm3
vmaxps ymm1,ymm2,YMMWORD PTR [rbx-64]
vmaxps ymm9,ymm10,ymm3
vmaxps ymm9,ymm10,YMMWORD PTR [rax+2048]
vmaxps ymm6,ymm5,ymm7
vmaxps ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vmaxps ymm17,ymm18,ymm19
vmaxps ymm17,ymm18,YMMWORD PTR [rax]
vmaxps ymm1,ymm30,ymm4
vmaxps ymm1,ymm30,YMMWORD PTR [rdi+64]
vmaxps ymm25,ymm3,ymm14
vmaxps ymm25,ymm3,YMMWORD PTR [r13]
vmaxps zmm1,zmm2,zmm3
vmaxps zmm1,zmm2,ZMMWORD PTR [r12+8]
vmaxps zmm17,zmm18,zmm19
vmaxps zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vmaxps zmm9,zmm25,zmm14
vmaxps zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vmaxps zmm31,zmm0,zmm8
vmaxps zmm31,zmm0,ZMMWORD PTR [r9+4096]
vfmadd231ps xmm1,xmm2,xmm3
vfmadd231ps xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vfmadd231ps xmm9,xmm10,xmm3
vfmadd231ps xmm9,xmm10,XMMWORD PTR [rsp+32]
vfmadd231ps xmm6,xmm5,xmm7
vfmadd231ps xmm6,xmm5,XMMWORD PTR [rbx-64]
vfmadd231ps xmm17,xmm18,xmm19
vfmadd231ps xmm17,xmm18,XMMWORD PTR [rax+2048]
vfmadd231ps xmm1,xmm30,xmm4
vfmadd231ps xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vfmadd231ps xmm25,xmm3,xmm14
vfmadd231ps xmm25,xmm3,XMMWORD PTR [rax]
vfmadd231ps ymm1,ymm2,ymm3
vfmadd231ps ymm1,ymm2,YMMWORD PTR [rdi+64]
vfmadd231ps ymm9,ymm10,ymm3
vfmadd231ps ymm9,ymm10,YMMWORD PTR [r13]
vfmadd231ps ymm6,ymm5,ymm7
vfmadd231ps ymm6,ymm5,YMMWORD PTR [r12+8]
vfmadd231ps ymm17,ymm18,ymm19
vfmadd231ps ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vfmadd231ps ymm1,ymm30,ymm4
vfmadd231ps ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vfmadd231ps ymm25,ymm3,ymm14
vfmadd231ps ymm25,ymm3,YMMWORD PTR [r9+4096]
vfmadd231ps zmm1,zmm2,zmm3
vfmadd231ps zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vfmadd231ps zmm17,zmm18,zmm19
vfmadd231ps zmm17,zmm18,ZMMWORD PTR [rsp+32]
vfmadd231ps zmm9,zmm25,zmm14
vfmadd231ps zmm9,zmm25,ZMMWORD PTR [rbx-64]
vfmadd231ps zmm31,zmm0,zmm8
vfmadd231ps zmm31,zmm0,ZMMWORD PTR [rax+2048]
vfmadd213ps xmm1,xmm2,xmm3
vfmadd213ps xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vfmadd213ps xmm9,xmm10,xmm3
vfmadd213ps xmm9,xmm10,XMMWORD PTR [rax]
vfmadd213ps xmm6,xmm5,xmm7
vfmadd213ps xmm6,xmm5,XMMWORD PTR [rdi+64]
vfmadd213ps xmm17,xmm18,xmm19
vfmadd213ps xmm17,xmm18,XMMWORD PTR [r13]
vfmadd213ps xmm1,xmm30,xmm4
vfmadd213ps xmm1,xmm30,XMMWORD PTR [r12+8]
vfmadd213ps xmm25,xmm3,xmm14
vfmadd213ps xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vfmadd213ps ymm1,ymm2,ymm3
vfmadd213ps ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vfmadd213ps ymm9,ymm10,ymm3
vfmadd213ps ymm9,ymm10,YMMWORD PTR [r9+4096]
vfmadd213ps ymm6,ymm5,ymm7
vfmadd213ps ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vfmadd213ps ymm17,ymm18,ymm19
vfmadd213ps ymm17,ymm18,YMMWORD PTR [rsp+32]
vfmadd213ps ymm1,ymm30,ymm4
vfmadd213ps ymm1,ymm30,YMMWORD PTR [rbx-64]
vfmadd213ps ymm25,ymm3,ymm14
vfmadd213ps ymm25,ymm3,YMMWORD PTR [rax+2048]
vfmadd213ps zmm1,zmm2,zmm3
vfmadd213ps zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vfmadd213ps zmm17,zmm18,zmm19
vfmadd213ps zmm17,zmm18,ZMMWORD PTR [rax]
vfmadd213ps zmm9,zmm25,zmm14
vfmadd213ps zmm9,zmm25,ZMMWORD PTR [rdi+64]
vfmadd213ps zmm31,zmm0,zmm8
vfmadd213ps zmm31,zmm0,ZMMWORD PTR [r13]
vfnmadd231ps xmm1,xmm2,xmm3
vfnmadd231ps xmm1,xmm2,XMMWORD PTR [r12+8]
vfnmadd231ps xmm9,xmm10,xmm3
vfnmadd231ps xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vfnmadd231ps xmm6,xmm5,xmm7
vfnmadd231ps xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vfnmadd231ps xmm17,xmm18,xmm19
vfnmadd231ps xmm17,xmm18,XMMWORD PTR [r9+4096]
vfnmadd231ps xmm1,xmm30,xmm4
vfnmadd231ps xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vfnmadd231ps xmm25,xmm3,xmm14
vfnmadd231ps xmm25,xmm3,XMMWORD PTR [rsp+32]
vfnmadd231ps ymm1,ymm2,ymm3
vfnmadd231ps ymm1,ymm2,YMMWORD PTR [rbx-64]
vfnmadd231ps ymm9,ymm10,ymm3
vfnmadd231ps ymm9,ymm10,YMMWORD PTR [rax+2048]
vfnmadd231ps ymm6,ymm5,ymm7
vfnmadd231ps ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vfnmadd231ps ymm17,ymm18,ymm19
vfnmadd231ps ymm17,ymm18,YMMWORD PTR [rax]
vfnmadd231ps ymm1,ymm30,ymm4
vfnmadd231ps ymm1,ymm30,YMMWORD PTR [rdi+64]
vfnmadd231ps ymm25,ymm3,ymm14
vfnmadd231ps ymm25,ymm3,YMMWORD PTR [r13]
vfnmadd231ps zmm1,zmm2,zmm3
vfnmadd231ps zmm1,zmm2,ZMMWORD PTR [r12+8]
vfnmadd231ps zmm17,zmm18,zmm19
vfnmadd231ps zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vfnmadd231ps zmm9,zmm25,zmm14
vfnmadd231ps zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vfnmadd231ps zmm31,zmm0,zmm8
vfnmadd231ps zmm31,zmm0,ZMMWORD PTR [r9+4096]
vhaddps xmm1,xmm2,xmm3
vhaddps xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vhaddps xmm9,xmm10,xmm3
vhaddps xmm9,xmm10,XMMWORD PTR [rsp+32]
vhaddps xmm6,xmm5,xmm7
vhaddps xmm6,xmm5,XMMWORD PTR [rbx-64]
vhaddps ymm1,ymm2,ymm3
vhaddps ymm1,ymm2,YMMWORD PTR [rax+2048]
vhaddps ymm9,ymm10,ymm3
vhaddps ymm9,ymm10,YMMWORD PTR [r14+r9*1+16]
vhaddps ymm6,ymm5,ymm7
vhaddps ymm6,ymm5,YMMWORD PTR [rax]
vaddpd xmm1,xmm2,xmm3
vaddpd xmm1,xmm2,XMMWORD PTR [rdi+64]
vaddpd xmm9,xmm10,xmm3
vaddpd xmm9,xmm10,XMMWORD PTR [r13]
vaddpd xmm6,xmm5,xmm7
vaddpd xmm6,xmm5,XMMWORD PTR [r12+8]
vaddpd xmm17,xmm18,xmm19
vaddpd xmm17,xmm18,XMMWORD PTR [rbp+rcx*2]
vaddpd xmm1,xmm30,xmm4
vaddpd xmm1,xmm30,XMMWORD PTR [r13+r10*4-128]
vaddpd xmm25,xmm3,xmm14
vaddpd xmm25,xmm3,XMMWORD PTR [r9+4096]
vaddpd ymm1,ymm2,ymm3
vaddpd ymm1,ymm2,YMMWORD PTR [r11+r15*8+127]
vaddpd ymm9,ymm10,ymm3
vaddpd ymm9,ymm10,YMMWORD PTR [rsp+32]
vaddpd ymm6,ymm5,ymm7
vaddpd ymm6,ymm5,YMMWORD PTR [rbx-64]
vaddpd ymm17,ymm18,ymm19
vaddpd ymm17,ymm18,YMMWORD PTR [rax+2048]
vaddpd ymm1,ymm30,ymm4
vaddpd ymm1,ymm30,YMMWORD PTR [r14+r9*1+16]
vaddpd ymm25,ymm3,ymm14
vaddpd ymm25,ymm3,YMMWORD PTR [rax]
vaddpd zmm1,zmm2,zmm3
vaddpd zmm1,zmm2,ZMMWORD PTR [rdi+64]
vaddpd zmm17,zmm18,zmm19
vaddpd zmm17,zmm18,ZMMWORD PTR [r13]
vaddpd zmm9,zmm25,zmm14
vaddpd zmm9,zmm25,ZMMWORD PTR [r12+8]
vaddpd zmm31,zmm0,zmm8
vaddpd zmm31,zmm0,ZMMWORD PTR [rbp+rcx*2]
vsubpd xmm1,xmm2,xmm3
vsubpd xmm1,xmm2,XMMWORD PTR [r13+r10*4-128]
vsubpd xmm9,xmm10,xmm3
vsubpd xmm9,xmm10,XMMWORD PTR [r9+4096]
vsubpd xmm6,xmm5,xmm7
vsubpd xmm6,xmm5,XMMWORD PTR [r11+r15*8+127]
vsubpd xmm17,xmm18,xmm19
vsubpd xmm17,xmm18,XMMWORD PTR [rsp+32]
vsubpd xmm1,xmm30,xmm4
vsubpd xmm1,xmm30,XMMWORD PTR [rbx-64]
vsubpd xmm25,xmm3,xmm14
vsubpd xmm25,xmm3,XMMWORD PTR [rax+2048]
vsubpd ymm1,ymm2,ymm3
vsubpd ymm1,ymm2,YMMWORD PTR [r14+r9*1+16]
vsubpd ymm9,ymm10,ymm3
vsubpd ymm9,ymm10,YMMWORD PTR [rax]
vsubpd ymm6,ymm5,ymm7
vsubpd ymm6,ymm5,YMMWORD PTR [rdi+64]
vsubpd ymm17,ymm18,ymm19
vsubpd ymm17,ymm18,YMMWORD PTR [r13]
vsubpd ymm1,ymm30,ymm4
vsubpd ymm1,ymm30,YMMWORD PTR [r12+8]
vsubpd ymm25,ymm3,ymm14
vsubpd ymm25,ymm3,YMMWORD PTR [rbp+rcx*2]
vsubpd zmm1,zmm2,zmm3
vsubpd zmm1,zmm2,ZMMWORD PTR [r13+r10*4-128]
vsubpd zmm17,zmm18,zmm19
vsubpd zmm17,zmm18,ZMMWORD PTR [r9+4096]
vsubpd zmm9,zmm25,zmm14
vsubpd zmm9,zmm25,ZMMWORD PTR [r11+r15*8+127]
vsubpd zmm31,zmm0,zmm8
vsubpd zmm31,zmm0,ZMMWORD PTR [rsp+32]
vmulpd xmm1,xmm2,xmm3
vmulpd xmm1,xmm2,XMMWORD PTR [rbx-64]
vmulpd xmm9,xmm10,xmm3
vmulpd xmm9,xmm10,XMMWORD PTR [rax+2048]
vmulpd xmm6,xmm5,xmm7
vmulpd xmm6,xmm5,XMMWORD PTR [r14+r9*1+16]
vmulpd xmm17,xmm18,xmm19
vmulpd xmm17,xmm18,XMMWORD PTR [rax]
vmulpd xmm1,xmm30,xmm4
vmulpd xmm1,xmm30,XMMWORD PTR [rdi+64]
vmulpd xmm25,xmm3,xmm14
vmulpd xmm25,xmm3,XMMWORD PTR [r13]
vmulpd ymm1,ymm2,ymm3
vmulpd ymm1,ymm2,YMMWORD PTR [r12+8]
vmulpd ymm9,ymm10,ymm3
vmulpd ymm9,ymm10,YMMWORD PTR [rbp+rcx*2]
vmulpd ymm6,ymm5,ymm7
vmulpd ymm6,ymm5,YMMWORD PTR [r13+r10*4-128]
vmulpd ymm17,ymm18,ymm19
vmulpd ymm17,ymm18,YMMWORD PTR [r9+4096]
vmulpd ymm1,ymm30,ymm4
vmulpd ymm1,ymm30,YMMWORD PTR [r11+r15*8+127]
vmulpd ymm25,ymm3,ymm14
vmulpd ymm25,ymm3,YMMWORD PTR [rsp+32]
vmulpd zmm1,zmm2,zmm3
vmulpd zmm1,zmm2,ZMMWORD PTR [rbx-64]
vmulpd zmm17,zmm18,zmm19
vmulpd zmm17,zmm18,ZMMWORD PTR [rax+2048]
vmulpd zmm9,zmm25,zmm14
vmulpd zmm9,zmm25,ZMMWORD PTR [r14+r9*1+16]
vmulpd zmm31,zmm0,zmm8
vmulpd zmm31,zmm0,ZMMWORD PTR [rax]
vfmadd231pd xmm1,xmm2,xmm3
vfmadd231pd xmm1,xmm2,XMMWORD PTR [rdi+64]
vfmadd231pd xmm9,xmm10,xmm3
vfmadd231pd xmm9,xmm10,XMMWORD PTR [r13]
vfmadd231pd xmm6,xmm5,xmm7
vfmadd231pd xmm6,xmm5,XMMWORD PTR [r12+8]
vfmadd231pd xmm17,xmm18,xmm19
vfmadd231pd xmm17,xmm18,XMMWORD PTR [rbp+rcx*2]
vfmadd231pd xmm1,xmm30,xmm4
vfmadd231pd xmm1,xmm30,XMMWORD PTR [r13+r10*4-128]
vfmadd231pd xmm25,xmm3,xmm14
vfmadd231pd xmm25,xmm3,XMMWORD PTR [r9+4096]
vfmadd231pd ymm1,ymm2,ymm3
vfmadd231pd ymm1,ymm2,YMMWORD PTR [r11+r15*8+127]
vfmadd231pd ymm9,ymm10,ymm3
vfmadd231pd ymm9,ymm10,YMMWORD PTR [rsp+32]
vfmadd231pd ymm6,ymm5,ymm7
vfmadd231pd ymm6,ymm5,YMMWORD PTR [rbx-64]
vfmadd231pd ymm17,ymm18,ymm19
vfmadd231pd ymm17,ymm18,YMMWORD PTR [rax+2048]
vfmadd231pd ymm1,ymm30,ymm4
vfmadd231pd ymm1,ymm30,YMMWORD PTR [r14+r9*1+16]
vfmadd231pd ymm25,ymm3,ymm14
vfmadd231pd ymm25,ymm3,YMMWORD PTR [rax]
vfmadd231pd zmm1,zmm2,zmm3
vfmadd231pd zmm1,zmm2,ZMMWORD PTR [rdi+64]
vfmadd231pd zmm17,zmm18,zmm19
vfmadd231pd zmm17,zmm18,ZMMWORD PTR [r13]
vfmadd231pd zmm9,zmm25,zmm14
vfmadd231pd zmm9,zmm25,ZMMWORD PTR [r12+8]
vfmadd231pd zmm31,zmm0,zmm8
vfmadd231pd zmm31,zmm0,ZMMWORD PTR [rbp+rcx*2]
vhaddpd xmm1,xmm2,xmm3
vhaddpd xmm1,xmm2,XMMWORD PTR [r13+r10*4-128]
vhaddpd xmm9,xmm10,xmm3
vhaddpd xmm9,xmm10,XMMWORD PTR [r9+4096]
vhaddpd xmm6,xmm5,xmm7
vhaddpd xmm6,xmm5,XMMWORD PTR [r11+r15*8+127]
vhaddpd ymm1,ymm2,ymm3
vhaddpd ymm1,ymm2,YMMWORD PTR [rsp+32]
vhaddpd ymm9,ymm10,ymm3
vhaddpd ymm9,ymm10,YMMWORD PTR [rbx-64]
vhaddpd ymm6,ymm5,ymm7
vhaddpd ymm6,ymm5,YMMWORD PTR [rax+2048]
vcvtps2pd xmm1,xmm3
vcvtps2pd xmm1,QWORD PTR [r14+r9*1+16]
vcvtps2pd xmm9,xmm3
vcvtps2pd xmm9,QWORD PTR [rax]
vcvtps2pd xmm6,xmm7
vcvtps2pd xmm6,QWORD PTR [rdi+64]
vcvtps2pd xmm17,xmm19
vcvtps2pd xmm17,QWORD PTR [r13]
vcvtps2pd xmm1,xmm4
vcvtps2pd xmm1,QWORD PTR [r12+8]
vcvtps2pd xmm25,xmm14
vcvtps2pd xmm25,QWORD PTR [rbp+rcx*2]
vcvtps2pd ymm1,xmm3
vcvtps2pd ymm1,XMMWORD PTR [r13+r10*4-128]
vcvtps2pd ymm9,xmm3
vcvtps2pd ymm9,XMMWORD PTR [r9+4096]
vcvtps2pd ymm6,xmm7
vcvtps2pd ymm6,XMMWORD PTR [r11+r15*8+127]
vcvtps2pd ymm17,xmm19
vcvtps2pd ymm17,XMMWORD PTR [rsp+32]
vcvtps2pd ymm1,xmm4
vcvtps2pd ymm1,XMMWORD PTR [rbx-64]
vcvtps2pd ymm25,xmm14
vcvtps2pd ymm25,XMMWORD PTR [rax+2048]
vcvtps2pd zmm1,ymm3
vcvtps2pd zmm1,YMMWORD PTR [r14+r9*1+16]
vcvtps2pd zmm17,ymm19
vcvtps2pd zmm17,YMMWORD PTR [rax]
vcvtps2pd zmm9,ymm14
vcvtps2pd zmm9,YMMWORD PTR [rdi+64]
vcvtps2pd zmm31,ymm8
vcvtps2pd zmm31,YMMWORD PTR [r13]
vcvtpd2ps xmm1,xmm3
vcvtpd2ps xmm9,xmm3
vcvtpd2ps xmm6,xmm7
vcvtpd2ps xmm17,xmm19
vcvtpd2ps xmm1,xmm4
vcvtpd2ps xmm25,xmm14
vcvtpd2ps xmm1,ymm3
vcvtpd2ps xmm9,ymm3
vcvtpd2ps xmm6,ymm7
vcvtpd2ps xmm17,ymm19
vcvtpd2ps xmm1,ymm4
vcvtpd2ps xmm25,ymm14
vcvtpd2ps ymm1,zmm3
vcvtpd2ps ymm17,zmm19
vcvtpd2ps ymm9,zmm14
vcvtpd2ps ymm31,zmm8
vcvtdq2ps xmm1,XMMWORD PTR [r12+8]
vcvtdq2ps xmm1,xmm3
vcvtdq2ps xmm9,XMMWORD PTR [rbp+rcx*2]
vcvtdq2ps xmm9,xmm3
vcvtdq2ps xmm6,XMMWORD PTR [r13+r10*4-128]
vcvtdq2ps xmm6,xmm7
vcvtdq2ps xmm17,XMMWORD PTR [r9+4096]
vcvtdq2ps xmm17,xmm19
vcvtdq2ps xmm1,XMMWORD PTR [r11+r15*8+127]
vcvtdq2ps xmm1,xmm4
vcvtdq2ps xmm25,XMMWORD PTR [rsp+32]
vcvtdq2ps xmm25,xmm14
vcvtdq2ps ymm1,YMMWORD PTR [rbx-64]
vcvtdq2ps ymm1,ymm3
vcvtdq2ps ymm9,YMMWORD PTR [rax+2048]
vcvtdq2ps ymm9,ymm3
vcvtdq2ps ymm6,YMMWORD PTR [r14+r9*1+16]
vcvtdq2ps ymm6,ymm7
vcvtdq2ps ymm17,YMMWORD PTR [rax]
vcvtdq2ps ymm17,ymm19
vcvtdq2ps ymm1,YMMWORD PTR [rdi+64]
vcvtdq2ps ymm1,ymm4
vcvtdq2ps ymm25,YMMWORD PTR [r13]
vcvtdq2ps ymm25,ymm14
vcvtdq2ps zmm1,ZMMWORD PTR [r12+8]
vcvtdq2ps zmm1,zmm3
vcvtdq2ps zmm17,ZMMWORD PTR [rbp+rcx*2]
vcvtdq2ps zmm17,zmm19
vcvtdq2ps zmm9,ZMMWORD PTR [r13+r10*4-128]
vcvtdq2ps zmm9,zmm14
vcvtdq2ps zmm31,ZMMWORD PTR [r9+4096]
vcvtdq2ps zmm31,zmm8
vcvtps2dq xmm1,XMMWORD PTR [r11+r15*8+127]
vcvtps2dq xmm1,xmm3
vcvtps2dq xmm9,XMMWORD PTR [rsp+32]
vcvtps2dq xmm9,xmm3
vcvtps2dq xmm6,XMMWORD PTR [rbx-64]
vcvtps2dq xmm6,xmm7
vcvtps2dq xmm17,XMMWORD PTR [rax+2048]
vcvtps2dq xmm17,xmm19
vcvtps2dq xmm1,XMMWORD PTR [r14+r9*1+16]
vcvtps2dq xmm1,xmm4
vcvtps2dq xmm25,XMMWORD PTR [rax]
vcvtps2dq xmm25,xmm14
vcvtps2dq ymm1,YMMWORD PTR [rdi+64]
vcvtps2dq ymm1,ymm3
vcvtps2dq ymm9,YMMWORD PTR [r13]
vcvtps2dq ymm9,ymm3
vcvtps2dq ymm6,YMMWORD PTR [r12+8]
vcvtps2dq ymm6,ymm7
vcvtps2dq ymm17,YMMWORD PTR [rbp+rcx*2]
vcvtps2dq ymm17,ymm19
vcvtps2dq ymm1,YMMWORD PTR [r13+r10*4-128]
vcvtps2dq ymm1,ymm4
vcvtps2dq ymm25,YMMWORD PTR [r9+4096]
vcvtps2dq ymm25,ymm14
vcvtps2dq zmm1,ZMMWORD PTR [r11+r15*8+127]
vcvtps2dq zmm1,zmm3
vcvtps2dq zmm17,ZMMWORD PTR [rsp+32]
vcvtps2dq zmm17,zmm19
vcvtps2dq zmm9,ZMMWORD PTR [rbx-64]
vcvtps2dq zmm9,zmm14
vcvtps2dq zmm31,ZMMWORD PTR [rax+2048]
vcvtps2dq zmm31,zmm8
vcvtph2ps xmm1,xmm3
vcvtph2ps xmm1,QWORD PTR [r14+r9*1+16]
vcvtph2ps xmm9,xmm3
vcvtph2ps xmm9,QWORD PTR [rax]
vcvtph2ps xmm6,xmm7
vcvtph2ps xmm6,QWORD PTR [rdi+64]
vcvtph2ps xmm17,xmm19
vcvtph2ps xmm17,QWORD PTR [r13]
vcvtph2ps xmm1,xmm4
vcvtph2ps xmm1,QWORD PTR [r12+8]
vcvtph2ps xmm25,xmm14
vcvtph2ps xmm25,QWORD PTR [rbp+rcx*2]
vcvtph2ps ymm1,xmm3
vcvtph2ps ymm1,XMMWORD PTR [r13+r10*4-128]
vcvtph2ps ymm9,xmm3
vcvtph2ps ymm9,XMMWORD PTR [r9+4096]
vcvtph2ps ymm6,xmm7
vcvtph2ps ymm6,XMMWORD PTR [r11+r15*8+127]
vcvtph2ps ymm17,xmm19
vcvtph2ps ymm17,XMMWORD PTR [rsp+32]
vcvtph2ps ymm1,xmm4
vcvtph2ps ymm1,XMMWORD PTR [rbx-64]
vcvtph2ps ymm25,xmm14
vcvtph2ps ymm25,XMMWORD PTR [rax+2048]
vcvtph2ps zmm1,ymm3
vcvtph2ps zmm1,YMMWORD PTR [r14+r9*1+16]
vcvtph2ps zmm17,ymm19
vcvtph2ps zmm17,YMMWORD PTR [rax]
vcvtph2ps zmm9,ymm14
vcvtph2ps zmm9,YMMWORD PTR [rdi+64]
vcvtph2ps zmm31,ymm8
vcvtph2ps zmm31,YMMWORD PTR [r13]
vcvtps2ph QWORD PTR [r12+8],xmm1,0
vcvtps2ph QWORD PTR [rbp+rcx*2],xmm9,0
vcvtps2ph QWORD PTR [r13+r10*4-128],xmm6,0
vcvtps2ph QWORD PTR [r9+4096],xmm17,0
vcvtps2ph QWORD PTR [r11+r15*8+127],xmm1,0
vcvtps2ph QWORD PTR [rsp+32],xmm25,0
vcvtps2ph XMMWORD PTR [rbx-64],ymm1,0
vcvtps2ph XMMWORD PTR [rax+2048],ymm9,0
vcvtps2ph XMMWORD PTR [r14+r9*1+16],ymm6,0
vcvtps2ph XMMWORD PTR [rax],ymm17,0
vcvtps2ph XMMWORD PTR [rdi+64],ymm1,0
vcvtps2ph XMMWORD PTR [r13],ymm25,0
vcvtps2ph YMMWORD PTR [r12+8],zmm1,0
vcvtps2ph YMMWORD PTR [rbp+rcx*2],zmm17,0
vcvtps2ph YMMWORD PTR [r13+r10*4-128],zmm9,0
vcvtps2ph YMMWORD PTR [r9+4096],zmm31,0
vpmovsxbd xmm1,xmm3
vpmovsxbd xmm1,DWORD PTR [r11+r15*8+127]
vpmovsxbd xmm9,xmm3
vpmovsxbd xmm9,DWORD PTR [rsp+32]
vpmovsxbd xmm6,xmm7
vpmovsxbd xmm6,DWORD PTR [rbx-64]
vpmovsxbd xmm17,xmm19
vpmovsxbd xmm17,DWORD PTR [rax+2048]
vpmovsxbd xmm1,xmm4
vpmovsxbd xmm1,DWORD PTR [r14+r9*1+16]
vpmovsxbd xmm25,xmm14
vpmovsxbd xmm25,DWORD PTR [rax]
vpmovsxbd ymm1,xmm3
vpmovsxbd ymm1,QWORD PTR [rdi+64]
vpmovsxbd ymm9,xmm3
vpmovsxbd ymm9,QWORD PTR [r13]
vpmovsxbd ymm6,xmm7
vpmovsxbd ymm6,QWORD PTR [r12+8]
vpmovsxbd ymm17,xmm19
vpmovsxbd ymm17,QWORD PTR [rbp+rcx*2]
vpmovsxbd ymm1,xmm4
vpmovsxbd ymm1,QWORD PTR [r13+r10*4-128]
vpmovsxbd ymm25,xmm14
vpmovsxbd ymm25,QWORD PTR [r9+4096]
vpmovsxbd zmm1,xmm3
vpmovsxbd zmm1,XMMWORD PTR [r11+r15*8+127]
vpmovsxbd zmm17,xmm19
vpmovsxbd zmm17,XMMWORD PTR [rsp+32]
vpmovsxbd zmm9,xmm14
vpmovsxbd zmm9,XMMWORD PTR [rbx-64]
vpmovsxbd zmm31,xmm8
vpmovsxbd zmm31,XMMWORD PTR [rax+2048]
vpmovzxbd xmm1,xmm3
vpmovzxbd xmm1,DWORD PTR [r14+r9*1+16]
vpmovzxbd xmm9,xmm3
vpmovzxbd xmm9,DWORD PTR [rax]
vpmovzxbd xmm6,xmm7
vpmovzxbd xmm6,DWORD PTR [rdi+64]
vpmovzxbd xmm17,xmm19
vpmovzxbd xmm17,DWORD PTR [r13]
vpmovzxbd xmm1,xmm4
vpmovzxbd xmm1,DWORD PTR [r12+8]
vpmovzxbd xmm25,xmm14
vpmovzxbd xmm25,DWORD PTR [rbp+rcx*2]
vpmovzxbd ymm1,xmm3
vpmovzxbd ymm1,QWORD PTR [r13+r10*4-128]
vpmovzxbd ymm9,xmm3
vpmovzxbd ymm9,QWORD PTR [r9+4096]
vpmovzxbd ymm6,xmm7
vpmovzxbd ymm6,QWORD PTR [r11+r15*8+127]
vpmovzxbd ymm17,xmm19
vpmovzxbd ymm17,QWORD PTR [rsp+32]
vpmovzxbd ymm1,xmm4
vpmovzxbd ymm1,QWORD PTR [rbx-64]
vpmovzxbd ymm25,xmm14
vpmovzxbd ymm25,QWORD PTR [rax+2048]
vpmovzxbd zmm1,xmm3
vpmovzxbd zmm1,XMMWORD PTR [r14+r9*1+16]
vpmovzxbd zmm17,xmm19
vpmovzxbd zmm17,XMMWORD PTR [rax]
vpmovzxbd zmm9,xmm14
vpmovzxbd zmm9,XMMWORD PTR [rdi+64]
vpmovzxbd zmm31,xmm8
vpmovzxbd zmm31,XMMWORD PTR [r13]
vpmovzxwd xmm1,xmm3
vpmovzxwd xmm1,QWORD PTR [r12+8]
vpmovzxwd xmm9,xmm3
vpmovzxwd xmm9,QWORD PTR [rbp+rcx*2]
vpmovzxwd xmm6,xmm7
vpmovzxwd xmm6,QWORD PTR [r13+r10*4-128]
vpmovzxwd xmm17,xmm19
vpmovzxwd xmm17,QWORD PTR [r9+4096]
vpmovzxwd xmm1,xmm4
vpmovzxwd xmm1,QWORD PTR [r11+r15*8+127]
vpmovzxwd xmm25,xmm14
vpmovzxwd xmm25,QWORD PTR [rsp+32]
vpmovzxwd ymm1,xmm3
vpmovzxwd ymm1,XMMWORD PTR [rbx-64]
vpmovzxwd ymm9,xmm3
vpmovzxwd ymm9,XMMWORD PTR [rax+2048]
vpmovzxwd ymm6,xmm7
vpmovzxwd ymm6,XMMWORD PTR [r14+r9*1+16]
vpmovzxwd ymm17,xmm19
vpmovzxwd ymm17,XMMWORD PTR [rax]
vpmovzxwd ymm1,xmm4
vpmovzxwd ymm1,XMMWORD PTR [rdi+64]
vpmovzxwd ymm25,xmm14
vpmovzxwd ymm25,XMMWORD PTR [r13]
vpmovzxwd zmm1,ymm3
vpmovzxwd zmm1,YMMWORD PTR [r12+8]
vpmovzxwd zmm17,ymm19
vpmovzxwd zmm17,YMMWORD PTR [rbp+rcx*2]
vpmovzxwd zmm9,ymm14
vpmovzxwd zmm9,YMMWORD PTR [r13+r10*4-128]
vpmovzxwd zmm31,ymm8
vpmovzxwd zmm31,YMMWORD PTR [r9+4096]
vpand xmm1,xmm2,xmm3
vpand xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vpand xmm9,xmm10,xmm3
vpand xmm9,xmm10,XMMWORD PTR [rsp+32]
vpand xmm6,xmm5,xmm7
vpand xmm6,xmm5,XMMWORD PTR [rbx-64]
vpandd xmm17,xmm18,xmm19
vpandd xmm17,xmm18,XMMWORD PTR [rax+2048]
vpandd xmm1,xmm30,xmm4
vpandd xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vpandd xmm25,xmm3,xmm14
vpandd xmm25,xmm3,XMMWORD PTR [rax]
vpand ymm1,ymm2,ymm3
vpand ymm1,ymm2,YMMWORD PTR [rdi+64]
vpand ymm9,ymm10,ymm3
vpand ymm9,ymm10,YMMWORD PTR [r13]
vpand ymm6,ymm5,ymm7
vpand ymm6,ymm5,YMMWORD PTR [r12+8]
vpandd ymm17,ymm18,ymm19
vpandd ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vpandd ymm1,ymm30,ymm4
vpandd ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vpandd ymm25,ymm3,ymm14
vpandd ymm25,ymm3,YMMWORD PTR [r9+4096]
vpandd zmm1,zmm2,zmm3
vpandd zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vpandd zmm17,zmm18,zmm19
vpandd zmm17,zmm18,ZMMWORD PTR [rsp+32]
vpandd zmm9,zmm25,zmm14
vpandd zmm9,zmm25,ZMMWORD PTR [rbx-64]
vpandd zmm31,zmm0,zmm8
vpandd zmm31,zmm0,ZMMWORD PTR [rax+2048]
vpandn xmm1,xmm2,xmm3
vpandn xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vpandn xmm9,xmm10,xmm3
vpandn xmm9,xmm10,XMMWORD PTR [rax]
vpandn xmm6,xmm5,xmm7
vpandn xmm6,xmm5,XMMWORD PTR [rdi+64]
vpandnd xmm17,xmm18,xmm19
vpandnd xmm17,xmm18,XMMWORD PTR [r13]
vpandnd xmm1,xmm30,xmm4
vpandnd xmm1,xmm30,XMMWORD PTR [r12+8]
vpandnd xmm25,xmm3,xmm14
vpandnd xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vpandn ymm1,ymm2,ymm3
vpandn ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vpandn ymm9,ymm10,ymm3
vpandn ymm9,ymm10,YMMWORD PTR [r9+4096]
vpandn ymm6,ymm5,ymm7
vpandn ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vpandnd ymm17,ymm18,ymm19
vpandnd ymm17,ymm18,YMMWORD PTR [rsp+32]
vpandnd ymm1,ymm30,ymm4
vpandnd ymm1,ymm30,YMMWORD PTR [rbx-64]
vpandnd ymm25,ymm3,ymm14
vpandnd ymm25,ymm3,YMMWORD PTR [rax+2048]
vpandnd zmm1,zmm2,zmm3
vpandnd zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vpandnd zmm17,zmm18,zmm19
vpandnd zmm17,zmm18,ZMMWORD PTR [rax]
vpandnd zmm9,zmm25,zmm14
vpandnd zmm9,zmm25,ZMMWORD PTR [rdi+64]
vpandnd zmm31,zmm0,zmm8
vpandnd zmm31,zmm0,ZMMWORD PTR [r13]
vpor xmm1,xmm2,xmm3
vpor xmm1,xmm2,XMMWORD PTR [r12+8]
vpor xmm9,xmm10,xmm3
vpor xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vpor xmm6,xmm5,xmm7
vpor xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vpord xmm17,xmm18,xmm19
vpord xmm17,xmm18,XMMWORD PTR [r9+4096]
vpord xmm1,xmm30,xmm4
vpord xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vpord xmm25,xmm3,xmm14
vpord xmm25,xmm3,XMMWORD PTR [rsp+32]
vpor ymm1,ymm2,ymm3
vpor ymm1,ymm2,YMMWORD PTR [rbx-64]
vpor ymm9,ymm10,ymm3
vpor ymm9,ymm10,YMMWORD PTR [rax+2048]
vpor ymm6,ymm5,ymm7
vpor ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vpord ymm17,ymm18,ymm19
vpord ymm17,ymm18,YMMWORD PTR [rax]
vpord ymm1,ymm30,ymm4
vpord ymm1,ymm30,YMMWORD PTR [rdi+64]
vpord ymm25,ymm3,ymm14
vpord ymm25,ymm3,YMMWORD PTR [r13]
vpord zmm1,zmm2,zmm3
vpord zmm1,zmm2,ZMMWORD PTR [r12+8]
vpord zmm17,zmm18,zmm19
vpord zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vpord zmm9,zmm25,zmm14
vpord zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vpord zmm31,zmm0,zmm8
vpord zmm31,zmm0,ZMMWORD PTR [r9+4096]
vpxor xmm1,xmm2,xmm3
vpxor xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vpxor xmm9,xmm10,xmm3
vpxor xmm9,xmm10,XMMWORD PTR [rsp+32]
vpxor xmm6,xmm5,xmm7
vpxor xmm6,xmm5,XMMWORD PTR [rbx-64]
vpxord xmm17,xmm18,xmm19
vpxord xmm17,xmm18,XMMWORD PTR [rax+2048]
vpxord xmm1,xmm30,xmm4
vpxord xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vpxord xmm25,xmm3,xmm14
vpxord xmm25,xmm3,XMMWORD PTR [rax]
vpxor ymm1,ymm2,ymm3
vpxor ymm1,ymm2,YMMWORD PTR [rdi+64]
vpxor ymm9,ymm10,ymm3
vpxor ymm9,ymm10,YMMWORD PTR [r13]
vpxor ymm6,ymm5,ymm7
vpxor ymm6,ymm5,YMMWORD PTR [r12+8]
vpxord ymm17,ymm18,ymm19
vpxord ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vpxord ymm1,ymm30,ymm4
vpxord ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vpxord ymm25,ymm3,ymm14
vpxord ymm25,ymm3,YMMWORD PTR [r9+4096]
vpxord zmm1,zmm2,zmm3
vpxord zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vpxord zmm17,zmm18,zmm19
vpxord zmm17,zmm18,ZMMWORD PTR [rsp+32]
vpxord zmm9,zmm25,zmm14
vpxord zmm9,zmm25,ZMMWORD PTR [rbx-64]
vpxord zmm31,zmm0,zmm8
vpxord zmm31,zmm0,ZMMWORD PTR [rax+2048]
vpaddd xmm1,xmm2,xmm3
vpaddd xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vpaddd xmm9,xmm10,xmm3
vpaddd xmm9,xmm10,XMMWORD PTR [rax]
vpaddd xmm6,xmm5,xmm7
vpaddd xmm6,xmm5,XMMWORD PTR [rdi+64]
vpaddd xmm17,xmm18,xmm19
vpaddd xmm17,xmm18,XMMWORD PTR [r13]
vpaddd xmm1,xmm30,xmm4
vpaddd xmm1,xmm30,XMMWORD PTR [r12+8]
vpaddd xmm25,xmm3,xmm14
vpaddd xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vpaddd ymm1,ymm2,ymm3
vpaddd ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vpaddd ymm9,ymm10,ymm3
vpaddd ymm9,ymm10,YMMWORD PTR [r9+4096]
vpaddd ymm6,ymm5,ymm7
vpaddd ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vpaddd ymm17,ymm18,ymm19
vpaddd ymm17,ymm18,YMMWORD PTR [rsp+32]
vpaddd ymm1,ymm30,ymm4
vpaddd ymm1,ymm30,YMMWORD PTR [rbx-64]
vpaddd ymm25,ymm3,ymm14
vpaddd ymm25,ymm3,YMMWORD PTR [rax+2048]
vpaddd zmm1,zmm2,zmm3
vpaddd zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vpaddd zmm17,zmm18,zmm19
vpaddd zmm17,zmm18,ZMMWORD PTR [rax]
vpaddd zmm9,zmm25,zmm14
vpaddd zmm9,zmm25,ZMMWORD PTR [rdi+64]
vpaddd zmm31,zmm0,zmm8
vpaddd zmm31,zmm0,ZMMWORD PTR [r13]
vpsubd xmm1,xmm2,xmm3
vpsubd xmm1,xmm2,XMMWORD PTR [r12+8]
vpsubd xmm9,xmm10,xmm3
vpsubd xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vpsubd xmm6,xmm5,xmm7
vpsubd xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vpsubd xmm17,xmm18,xmm19
vpsubd xmm17,xmm18,XMMWORD PTR [r9+4096]
vpsubd xmm1,xmm30,xmm4
vpsubd xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vpsubd xmm25,xmm3,xmm14
vpsubd xmm25,xmm3,XMMWORD PTR [rsp+32]
vpsubd ymm1,ymm2,ymm3
vpsubd ymm1,ymm2,YMMWORD PTR [rbx-64]
vpsubd ymm9,ymm10,ymm3
vpsubd ymm9,ymm10,YMMWORD PTR [rax+2048]
vpsubd ymm6,ymm5,ymm7
vpsubd ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vpsubd ymm17,ymm18,ymm19
vpsubd ymm17,ymm18,YMMWORD PTR [rax]
vpsubd ymm1,ymm30,ymm4
vpsubd ymm1,ymm30,YMMWORD PTR [rdi+64]
vpsubd ymm25,ymm3,ymm14
vpsubd ymm25,ymm3,YMMWORD PTR [r13]
vpsubd zmm1,zmm2,zmm3
vpsubd zmm1,zmm2,ZMMWORD PTR [r12+8]
vpsubd zmm17,zmm18,zmm19
vpsubd zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vpsubd zmm9,zmm25,zmm14
vpsubd zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vpsubd zmm31,zmm0,zmm8
vpsubd zmm31,zmm0,ZMMWORD PTR [r9+4096]
vpmaxsd xmm1,xmm2,xmm3
vpmaxsd xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vpmaxsd xmm9,xmm10,xmm3
vpmaxsd xmm9,xmm10,XMMWORD PTR [rsp+32]
vpmaxsd xmm6,xmm5,xmm7
vpmaxsd xmm6,xmm5,XMMWORD PTR [rbx-64]
vpmaxsd xmm17,xmm18,xmm19
vpmaxsd xmm17,xmm18,XMMWORD PTR [rax+2048]
vpmaxsd xmm1,xmm30,xmm4
vpmaxsd xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vpmaxsd xmm25,xmm3,xmm14
vpmaxsd xmm25,xmm3,XMMWORD PTR [rax]
vpmaxsd ymm1,ymm2,ymm3
vpmaxsd ymm1,ymm2,YMMWORD PTR [rdi+64]
vpmaxsd ymm9,ymm10,ymm3
vpmaxsd ymm9,ymm10,YMMWORD PTR [r13]
vpmaxsd ymm6,ymm5,ymm7
vpmaxsd ymm6,ymm5,YMMWORD PTR [r12+8]
vpmaxsd ymm17,ymm18,ymm19
vpmaxsd ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vpmaxsd ymm1,ymm30,ymm4
vpmaxsd ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vpmaxsd ymm25,ymm3,ymm14
vpmaxsd ymm25,ymm3,YMMWORD PTR [r9+4096]
vpmaxsd zmm1,zmm2,zmm3
vpmaxsd zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vpmaxsd zmm17,zmm18,zmm19
vpmaxsd zmm17,zmm18,ZMMWORD PTR [rsp+32]
vpmaxsd zmm9,zmm25,zmm14
vpmaxsd zmm9,zmm25,ZMMWORD PTR [rbx-64]
vpmaxsd zmm31,zmm0,zmm8
vpmaxsd zmm31,zmm0,ZMMWORD PTR [rax+2048]
vpunpckldq xmm1,xmm2,xmm3
vpunpckldq xmm1,xmm2,XMMWORD PTR [r14+r9*1+16]
vpunpckldq xmm9,xmm10,xmm3
vpunpckldq xmm9,xmm10,XMMWORD PTR [rax]
vpunpckldq xmm6,xmm5,xmm7
vpunpckldq xmm6,xmm5,XMMWORD PTR [rdi+64]
vpunpckldq xmm17,xmm18,xmm19
vpunpckldq xmm17,xmm18,XMMWORD PTR [r13]
vpunpckldq xmm1,xmm30,xmm4
vpunpckldq xmm1,xmm30,XMMWORD PTR [r12+8]
vpunpckldq xmm25,xmm3,xmm14
vpunpckldq xmm25,xmm3,XMMWORD PTR [rbp+rcx*2]
vpunpckldq ymm1,ymm2,ymm3
vpunpckldq ymm1,ymm2,YMMWORD PTR [r13+r10*4-128]
vpunpckldq ymm9,ymm10,ymm3
vpunpckldq ymm9,ymm10,YMMWORD PTR [r9+4096]
vpunpckldq ymm6,ymm5,ymm7
vpunpckldq ymm6,ymm5,YMMWORD PTR [r11+r15*8+127]
vpunpckldq ymm17,ymm18,ymm19
vpunpckldq ymm17,ymm18,YMMWORD PTR [rsp+32]
vpunpckldq ymm1,ymm30,ymm4
vpunpckldq ymm1,ymm30,YMMWORD PTR [rbx-64]
vpunpckldq ymm25,ymm3,ymm14
vpunpckldq ymm25,ymm3,YMMWORD PTR [rax+2048]
vpunpckldq zmm1,zmm2,zmm3
vpunpckldq zmm1,zmm2,ZMMWORD PTR [r14+r9*1+16]
vpunpckldq zmm17,zmm18,zmm19
vpunpckldq zmm17,zmm18,ZMMWORD PTR [rax]
vpunpckldq zmm9,zmm25,zmm14
vpunpckldq zmm9,zmm25,ZMMWORD PTR [rdi+64]
vpunpckldq zmm31,zmm0,zmm8
vpunpckldq zmm31,zmm0,ZMMWORD PTR [r13]
vpsrlw xmm1,xmm2,6
vpsrlw xmm9,xmm10,3
vpsrlw xmm6,xmm5,7
vpsrlw xmm17,xmm18,11
vpsrlw xmm1,xmm30,1
vpsrlw xmm25,xmm3,2
vpsrlw ymm1,ymm2,14
vpsrlw ymm9,ymm10,9
vpsrlw ymm6,ymm5,2
vpsrlw ymm17,ymm18,6
vpsrlw ymm1,ymm30,10
vpsrlw ymm25,ymm3,1
vpsrlw zmm1,zmm2,15
vpsrlw zmm17,zmm18,9
vpsrlw zmm9,zmm25,4
vpsrlw zmm31,zmm0,1
vpsrld xmm1,xmm2,2
vpsrld xmm9,xmm10,7
vpsrld xmm6,xmm5,7
vpsrld xmm17,xmm18,2
vpsrld xmm1,xmm30,4
vpsrld xmm25,xmm3,2
vpsrld ymm1,ymm2,9
vpsrld ymm9,ymm10,7
vpsrld ymm6,ymm5,1
vpsrld ymm17,ymm18,14
vpsrld ymm1,ymm30,10
vpsrld ymm25,ymm3,2
vpsrld zmm1,zmm2,4
vpsrld zmm17,zmm18,11
vpsrld zmm9,zmm25,11
vpsrld zmm31,zmm0,10
vpsrad xmm1,xmm2,1
vpsrad xmm9,xmm10,10
vpsrad xmm6,xmm5,10
vpsrad xmm17,xmm18,7
vpsrad xmm1,xmm30,1
vpsrad xmm25,xmm3,4
vpsrad ymm1,ymm2,1
vpsrad ymm9,ymm10,9
vpsrad ymm6,ymm5,14
vpsrad ymm17,ymm18,3
vpsrad ymm1,ymm30,5
vpsrad ymm25,ymm3,7
vpsrad zmm1,zmm2,3
vpsrad zmm17,zmm18,9
vpsrad zmm9,zmm25,2
vpsrad zmm31,zmm0,10
vpsrlvd xmm1,xmm2,xmm3
vpsrlvd xmm1,xmm2,XMMWORD PTR [r12+8]
vpsrlvd xmm9,xmm10,xmm3
vpsrlvd xmm9,xmm10,XMMWORD PTR [rbp+rcx*2]
vpsrlvd xmm6,xmm5,xmm7
vpsrlvd xmm6,xmm5,XMMWORD PTR [r13+r10*4-128]
vpsrlvd xmm17,xmm18,xmm19
vpsrlvd xmm17,xmm18,XMMWORD PTR [r9+4096]
vpsrlvd xmm1,xmm30,xmm4
vpsrlvd xmm1,xmm30,XMMWORD PTR [r11+r15*8+127]
vpsrlvd xmm25,xmm3,xmm14
vpsrlvd xmm25,xmm3,XMMWORD PTR [rsp+32]
vpsrlvd ymm1,ymm2,ymm3
vpsrlvd ymm1,ymm2,YMMWORD PTR [rbx-64]
vpsrlvd ymm9,ymm10,ymm3
vpsrlvd ymm9,ymm10,YMMWORD PTR [rax+2048]
vpsrlvd ymm6,ymm5,ymm7
vpsrlvd ymm6,ymm5,YMMWORD PTR [r14+r9*1+16]
vpsrlvd ymm17,ymm18,ymm19
vpsrlvd ymm17,ymm18,YMMWORD PTR [rax]
vpsrlvd ymm1,ymm30,ymm4
vpsrlvd ymm1,ymm30,YMMWORD PTR [rdi+64]
vpsrlvd ymm25,ymm3,ymm14
vpsrlvd ymm25,ymm3,YMMWORD PTR [r13]
vpsrlvd zmm1,zmm2,zmm3
vpsrlvd zmm1,zmm2,ZMMWORD PTR [r12+8]
vpsrlvd zmm17,zmm18,zmm19
vpsrlvd zmm17,zmm18,ZMMWORD PTR [rbp+rcx*2]
vpsrlvd zmm9,zmm25,zmm14
vpsrlvd zmm9,zmm25,ZMMWORD PTR [r13+r10*4-128]
vpsrlvd zmm31,zmm0,zmm8
vpsrlvd zmm31,zmm0,ZMMWORD PTR [r9+4096]
vpslld xmm1,xmm2,5
vpslld xmm9,xmm10,9
vpslld xmm6,xmm5,14
vpslld xmm17,xmm18,11
vpslld xmm1,xmm30,3
vpslld xmm25,xmm3,2
vpslld ymm1,ymm2,10
vpslld ymm9,ymm10,10
vpslld ymm6,ymm5,11
vpslld ymm17,ymm18,4
vpslld ymm1,ymm30,6
vpslld ymm25,ymm3,2
vpslld zmm1,zmm2,9
vpslld zmm17,zmm18,12
vpslld zmm9,zmm25,2
vpslld zmm31,zmm0,10
vpshufb xmm1,xmm2,xmm3
vpshufb xmm1,xmm2,XMMWORD PTR [r11+r15*8+127]
vpshufb xmm9,xmm10,xmm3
vpshufb xmm9,xmm10,XMMWORD PTR [rsp+32]
vpshufb xmm6,xmm5,xmm7
vpshufb xmm6,xmm5,XMMWORD PTR [rbx-64]
vpshufb xmm17,xmm18,xmm19
vpshufb xmm17,xmm18,XMMWORD PTR [rax+2048]
vpshufb xmm1,xmm30,xmm4
vpshufb xmm1,xmm30,XMMWORD PTR [r14+r9*1+16]
vpshufb xmm25,xmm3,xmm14
vpshufb xmm25,xmm3,XMMWORD PTR [rax]
vpshufb ymm1,ymm2,ymm3
vpshufb ymm1,ymm2,YMMWORD PTR [rdi+64]
vpshufb ymm9,ymm10,ymm3
vpshufb ymm9,ymm10,YMMWORD PTR [r13]
vpshufb ymm6,ymm5,ymm7
vpshufb ymm6,ymm5,YMMWORD PTR [r12+8]
vpshufb ymm17,ymm18,ymm19
vpshufb ymm17,ymm18,YMMWORD PTR [rbp+rcx*2]
vpshufb ymm1,ymm30,ymm4
vpshufb ymm1,ymm30,YMMWORD PTR [r13+r10*4-128]
vpshufb ymm25,ymm3,ymm14
vpshufb ymm25,ymm3,YMMWORD PTR [r9+4096]
vpshufb zmm1,zmm2,zmm3
vpshufb zmm1,zmm2,ZMMWORD PTR [r11+r15*8+127]
vpshufb zmm17,zmm18,zmm19
vpshufb zmm17,zmm18,ZMMWORD PTR [rsp+32]
vpshufb zmm9,zmm25,zmm14
vpshufb zmm9,zmm25,ZMMWORD PTR [rbx-64]
vpshufb zmm31,zmm0,zmm8
vpshufb zmm31,zmm0,ZMMWORD PTR [rax+2048]
vpermps ymm1,ymm2,ymm3
vpermps ymm1,ymm2,YMMWORD PTR [r14+r9*1+16]
vpermps ymm9,ymm10,ymm3
vpermps ymm9,ymm10,YMMWORD PTR [rax]
vpermps ymm6,ymm5,ymm7
vpermps ymm6,ymm5,YMMWORD PTR [rdi+64]
vpermps ymm17,ymm18,ymm19
vpermps ymm17,ymm18,YMMWORD PTR [r13]
vpermps ymm1,ymm30,ymm4
vpermps ymm1,ymm30,YMMWORD PTR [r12+8]
vpermps ymm25,ymm3,ymm14
vpermps ymm25,ymm3,YMMWORD PTR [rbp+rcx*2]
vpermps zmm1,zmm2,zmm3
vpermps zmm1,zmm2,ZMMWORD PTR [r13+r10*4-128]
vpermps zmm17,zmm18,zmm19
vpermps zmm17,zmm18,ZMMWORD PTR [r9+4096]
vpermps zmm9,zmm25,zmm14
vpermps zmm9,zmm25,ZMMWORD PTR [r11+r15*8+127]
vpermps zmm31,zmm0,zmm8
vpermps zmm31,zmm0,ZMMWORD PTR [rsp+32]
vpermilps xmm1,xmm3,0xb1
vpermilps xmm1,XMMWORD PTR [rbx-64],0x4e
vpermilps xmm9,xmm3,0xb1
vpermilps xmm9,XMMWORD PTR [rax+2048],0x4e
vpermilps xmm6,xmm7,0xb1
vpermilps xmm6,XMMWORD PTR [r14+r9*1+16],0x4e
vpermilps xmm17,xmm19,0xb1
vpermilps xmm17,XMMWORD PTR [rax],0x4e
vpermilps xmm1,xmm4,0xb1
vpermilps xmm1,XMMWORD PTR [rdi+64],0x4e
vpermilps xmm25,xmm14,0xb1
vpermilps xmm25,XMMWORD PTR [r13],0x4e
vpermilps ymm1,ymm3,0xb1
vpermilps ymm1,YMMWORD PTR [r12+8],0x4e
vpermilps ymm9,ymm3,0xb1
vpermilps ymm9,YMMWORD PTR [rbp+rcx*2],0x4e
vpermilps ymm6,ymm7,0xb1
vpermilps ymm6,YMMWORD PTR [r13+r10*4-128],0x4e
vpermilps ymm17,ymm19,0xb1
vpermilps ymm17,YMMWORD PTR [r9+4096],0x4e
vpermilps ymm1,ymm4,0xb1
vpermilps ymm1,YMMWORD PTR [r11+r15*8+127],0x4e
vpermilps ymm25,ymm14,0xb1
vpermilps ymm25,YMMWORD PTR [rsp+32],0x4e
vpermilps zmm1,zmm3,0xb1
vpermilps zmm1,ZMMWORD PTR [rbx-64],0x4e
vpermilps zmm17,zmm19,0xb1
vpermilps zmm17,ZMMWORD PTR [rax+2048],0x4e
vpermilps zmm9,zmm14,0xb1
vpermilps zmm9,ZMMWORD PTR [r14+r9*1+16],0x4e
vpermilps zmm31,zmm8,0xb1
vpermilps zmm31,ZMMWORD PTR [rax],0x4e
vextractf128 xmm1,ymm3,1
vextractf128 xmm9,ymm3,1
vextractf128 xmm6,ymm7,1
vextractf64x4 ymm1,zmm3,1
vextractf64x4 ymm17,zmm19,1
vextractf64x4 ymm9,zmm14,1
vextractf64x4 ymm31,zmm8,1
mov rax,rcx
add rax,rcx
mov r8,rbx
add r8,rbx
mov rbx,r12
add rbx,r12
mov r13,r14
add r13,r14
mov rsp,rbp
add rsp,rbp
add rax,0
sub rax,0
cmp rax,0
add rax,1
sub rax,1
cmp rax,1
add rax,127
sub rax,127
cmp rax,127
add rax,128
sub rax,128
cmp rax,128
add rax,-128
sub rax,-128
cmp rax,-128
add rax,-129
sub rax,-129
cmp rax,-129
add rax,4096
sub rax,4096
cmp rax,4096
push rax
pop rax
mov rax,2147483647
mov rax,-1
add rbx,0
sub rbx,0
cmp rbx,0
add rbx,1
sub rbx,1
cmp rbx,1
add rbx,127
sub rbx,127
cmp rbx,127
add rbx,128
sub rbx,128
cmp rbx,128
add rbx,-128
sub rbx,-128
cmp rbx,-128
add rbx,-129
sub rbx,-129
cmp rbx,-129
add rbx,4096
sub rbx,4096
cmp rbx,4096
push rbx
pop rbx
mov rbx,2147483647
mov rbx,-1
add r8,0
sub r8,0
cmp r8,0
add r8,1
sub r8,1
cmp r8,1
add r8,127
sub r8,127
cmp r8,127
add r8,128
sub r8,128
cmp r8,128
add r8,-128
sub r8,-128
cmp r8,-128
add r8,-129
sub r8,-129
cmp r8,-129
add r8,4096
sub r8,4096
cmp r8,4096
push r8
pop r8
mov r8,2147483647
mov r8,-1
add r13,0
sub r13,0
cmp r13,0
add r13,1
sub r13,1
cmp r13,1
add r13,127
sub r13,127
cmp r13,127
add r13,128
sub r13,128
cmp r13,128
add r13,-128
sub r13,-128
cmp r13,-128
add r13,-129
sub r13,-129
cmp r13,-129
add r13,4096
sub r13,4096
cmp r13,4096
push r13
pop r13
mov r13,2147483647
mov r13,-1
mov rcx,QWORD PTR [rax]
mov QWORD PTR [rax],rcx
lea rcx,[rax]
mov r10,QWORD PTR [rax]
mov QWORD PTR [rax],r10
lea r10,[rax]
mov rcx,QWORD PTR [rdi+64]
mov QWORD PTR [rdi+64],rcx
lea rcx,[rdi+64]
mov r10,QWORD PTR [rdi+64]
mov QWORD PTR [rdi+64],r10
lea r10,[rdi+64]
mov rcx,QWORD PTR [r13]
mov QWORD PTR [r13],rcx
lea rcx,[r13]
mov r10,QWORD PTR [r13]
mov QWORD PTR [r13],r10
lea r10,[r13]
mov rcx,QWORD PTR [r12+8]
mov QWORD PTR [r12+8],rcx
lea rcx,[r12+8]
mov r10,QWORD PTR [r12+8]
mov QWORD PTR [r12+8],r10
lea r10,[r12+8]
mov rcx,QWORD PTR [rbp+rcx*2]
mov QWORD PTR [rbp+rcx*2],rcx
lea rcx,[rbp+rcx*2]
mov r10,QWORD PTR [rbp+rcx*2]
mov QWORD PTR [rbp+rcx*2],r10
lea r10,[rbp+rcx*2]
mov rcx,QWORD PTR [r13+r10*4-128]
mov QWORD PTR [r13+r10*4-128],rcx
lea rcx,[r13+r10*4-128]
mov r10,QWORD PTR [r13+r10*4-128]
mov QWORD PTR [r13+r10*4-128],r10
lea r10,[r13+r10*4-128]
mov rcx,QWORD PTR [r9+4096]
mov QWORD PTR [r9+4096],rcx
lea rcx,[r9+4096]
mov r10,QWORD PTR [r9+4096]
mov QWORD PTR [r9+4096],r10
lea r10,[r9+4096]
mov rcx,QWORD PTR [r11+r15*8+127]
mov QWORD PTR [r11+r15*8+127],rcx
lea rcx,[r11+r15*8+127]
mov r10,QWORD PTR [r11+r15*8+127]
mov QWORD PTR [r11+r15*8+127],r10
lea r10,[r11+r15*8+127]
mov rcx,QWORD PTR [rsp+32]
mov QWORD PTR [rsp+32],rcx
lea rcx,[rsp+32]
mov r10,QWORD PTR [rsp+32]
mov QWORD PTR [rsp+32],r10
lea r10,[rsp+32]
mov rcx,QWORD PTR [rbx-64]
mov QWORD PTR [rbx-64],rcx
lea rcx,[rbx-64]
mov r10,QWORD PTR [rbx-64]
mov QWORD PTR [rbx-64],r10
lea r10,[rbx-64]
mov rcx,QWORD PTR [rax+2048]
mov QWORD PTR [rax+2048],rcx
lea rcx,[rax+2048]
mov r10,QWORD PTR [rax+2048]
mov QWORD PTR [rax+2048],r10
lea r10,[rax+2048]
mov rcx,QWORD PTR [r14+r9*1+16]
mov QWORD PTR [r14+r9*1+16],rcx
lea rcx,[r14+r9*1+16]
mov r10,QWORD PTR [r14+r9*1+16]
mov QWORD PTR [r14+r9*1+16],r10
lea r10,[r14+r9*1+16]
prefetcht1 [rax]
prefetcht1 [rdi+64]
prefetcht1 [r13]
prefetcht1 [r12+8]
prefetcht1 [rbp+rcx*2]
prefetcht1 [r13+r10*4-128]
prefetcht1 [r9+4096]
prefetcht1 [r11+r15*8+127]
prefetcht1 [rsp+32]
prefetcht1 [rbx-64]
prefetcht1 [rax+2048]
prefetcht1 [r14+r9*1+16]
cpuid
xgetbv
ret
vzeroupper
