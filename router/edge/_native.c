/* The innermost loops of the edge: native.py says what each function does, and does the same without this file. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

enum { MANY = 32 }; /* From so many sends on, other threads may run meanwhile. */

static void xor_into(unsigned char *to, const unsigned char *from, Py_ssize_t size, const unsigned char key[4]) {
    uint64_t wide, word;
    Py_ssize_t at = 0;
    memcpy(&wide, key, 4);
    memcpy((unsigned char *)&wide + 4, key, 4);
    for (; at + 8 <= size; at += 8) {
        memcpy(&word, from + at, 8);
        word ^= wide;
        memcpy(to + at, &word, 8);
    }
    for (; at < size; at++)
        to[at] = from[at] ^ key[at & 3];
}

static PyObject *unmask(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "unmask(data, start, stop, key_at)");
        return NULL;
    }
    Py_ssize_t start = PyLong_AsSsize_t(args[1]), stop = PyLong_AsSsize_t(args[2]), key_at = PyLong_AsSsize_t(args[3]);
    if (PyErr_Occurred())
        return NULL;
    Py_buffer data;
    if (PyObject_GetBuffer(args[0], &data, PyBUF_SIMPLE) < 0)
        return NULL;
    PyObject *plain = NULL;
    if (start < 0 || stop < start || stop > data.len || key_at < 0 || key_at > data.len - 4)
        PyErr_SetString(PyExc_ValueError, "this is not all in the data");
    else if ((plain = PyBytes_FromStringAndSize(NULL, stop - start)))
        xor_into((unsigned char *)PyBytes_AS_STRING(plain), (unsigned char *)data.buf + start, stop - start,
                 (unsigned char *)data.buf + key_at);
    PyBuffer_Release(&data);
    return plain;
}

/* How much of the data a socket took, or -1 when it never will take more. */
static Py_ssize_t offer(int fd, const char *data, Py_ssize_t size) {
    ssize_t sent;
    do
        sent = send(fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return sent;
    return errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS ? 0 : -1;
}

typedef struct {
    Py_ssize_t index, sent;
} Rest;

/* Returns how many did not take all; they are listed in rests, which has room for every one. */
static Py_ssize_t offer_all(const int *fds, Py_ssize_t count, const char *data, Py_ssize_t size, int skip, Rest *rests) {
    Py_ssize_t found = 0;
    for (Py_ssize_t at = 0; at < count; at++) {
        if (fds[at] < 0 || fds[at] == skip)
            continue;
        Py_ssize_t sent = offer(fds[at], data, size);
        if (sent != size)
            rests[found++] = (Rest){at, sent};
    }
    return found;
}

static PyObject *listed(const Rest *rests, Py_ssize_t count) {
    PyObject *list = PyList_New(count);
    for (Py_ssize_t at = 0; list && at < count; at++) {
        PyObject *pair = Py_BuildValue("(nn)", rests[at].index, rests[at].sent);
        if (pair)
            PyList_SET_ITEM(list, at, pair);
        else
            Py_CLEAR(list);
    }
    return list;
}

static PyObject *broadcast(PyObject *self, PyObject *args) {
    Py_buffer fds, data;
    int skip;
    if (!PyArg_ParseTuple(args, "y*y*i", &fds, &data, &skip))
        return NULL;
    PyObject *answer = NULL;
    Py_ssize_t count = fds.len / (Py_ssize_t)sizeof(int), found;
    Rest few[MANY], *rests = count <= MANY ? few : PyMem_New(Rest, count);
    if (!rests) {
        PyErr_NoMemory();
        goto done;
    }
    PyThreadState *others = count > MANY ? PyEval_SaveThread() : NULL;
    found = offer_all(fds.buf, count, data.buf, data.len, skip, rests);
    if (others)
        PyEval_RestoreThread(others);
    answer = found ? listed(rests, found) : Py_NewRef(Py_None);
    if (rests != few)
        PyMem_Free(rests);
done:
    PyBuffer_Release(&fds);
    PyBuffer_Release(&data);
    return answer;
}

static PyMethodDef functions[] = {
    {"unmask", (PyCFunction)(void (*)(void))unmask, METH_FASTCALL, NULL},
    {"broadcast", broadcast, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, .m_name = "_native", .m_size = 0, .m_methods = functions};

PyMODINIT_FUNC PyInit__native(void) { return PyModuleDef_Init(&module); }
