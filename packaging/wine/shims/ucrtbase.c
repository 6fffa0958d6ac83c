/* Wine's C runtime stops the program at C99's complex functions, which numpy calls as it is
   imported. This one has them, from mingw's library; `setup` lets it forward all other names to
   Wine's own. Microsoft passes complex numbers as plain structures, and its long double is double. */
#include <complex.h>
typedef struct { double re, im; } C;
typedef struct { float re, im; } F;
static double complex in(C z) { return __builtin_complex(z.re, z.im); }
static float complex inf(F z) { return __builtin_complex(z.re, z.im); }
static C out(double complex z) { C r = { creal(z), cimag(z) }; return r; }
static F outf(float complex z) { F r = { crealf(z), cimagf(z) }; return r; }
#define MAP(name) C x_##name(C z) { return out(name(in(z))); } C x_##name##l(C z) { return x_##name(z); } \
                  F x_##name##f(F z) { return outf(name##f(inf(z))); }
#define REAL(name) double x_##name(C z) { return name(in(z)); } double x_##name##l(C z) { return x_##name(z); } \
                   float x_##name##f(F z) { return name##f(inf(z)); }
MAP(cacos) MAP(cacosh) MAP(casin) MAP(casinh) MAP(catan) MAP(catanh) MAP(ccos) MAP(ccosh) MAP(cexp) MAP(clog)
MAP(conj) MAP(cproj) MAP(csin) MAP(csinh) MAP(csqrt) MAP(ctan) MAP(ctanh)
REAL(cabs) REAL(carg) REAL(cimag) REAL(creal)
C x_cpow(C a, C b) { return out(cpow(in(a), in(b))); }
C x_cpowl(C a, C b) { return x_cpow(a, b); }
F x_cpowf(F a, F b) { return outf(cpowf(inf(a), inf(b))); }
