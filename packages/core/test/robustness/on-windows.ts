/** Loaded into a process before anything else: lets the program think that it runs on Windows. Its file system stays the system's. */
// sharp would look for its library for Windows.
import 'sharp';

Object.defineProperty(process, 'platform', { value: 'win32' });
