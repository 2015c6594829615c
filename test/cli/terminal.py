"""Answers questions of a program on a real terminal: seconds, columns, JSON [[wait for, send], ...], command ..."""
import fcntl, json, os, pty, select, signal, struct, sys, termios, time
limit, columns, talk = time.time() + float(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
pid, fd = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 40, columns, 0, 0))
    os.execvp(sys.argv[4], sys.argv[4:])
seen = ''
while True:
    if time.time() > limit:
        os.kill(pid, signal.SIGKILL)
        break
    ready, _, _ = select.select([fd], [], [], 0.1)
    if ready:
        try:
            data = os.read(fd, 65536)
        except OSError:
            break
        if not data:
            break
        sys.stdout.buffer.write(data)
        seen += data.decode('utf8', 'replace')
    if talk and talk[0][0] in seen:
        time.sleep(0.2)
        os.write(fd, talk[0][1].encode())
        seen = ''
        talk.pop(0)
sys.stdout.flush()
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status) % 256)
