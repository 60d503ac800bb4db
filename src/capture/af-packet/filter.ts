import koffi, { type LibraryHandle } from 'koffi';
import { AppError, messageOf } from '../../base/errors.ts';
import { linkTypes } from '../../model/traffic.ts';

/** One instruction of classic BPF, `struct sock_filter` of <linux/filter.h>: code, jump if true, jump if false, k. */
export type Instruction = readonly [code: number, jt: number, jf: number, k: number];

/** libpcap's own number for bare IP on Linux (tcpdump.org/linktypes.html). */
const DLT_RAW = 12;
/** Enough for Ethernet, two tags, PPPoE, IPv6, an extension and the ports. */
const HEADER_BYTES = 128;
/** For the few packets that carry names: DHCP, mDNS and neighbour discovery. */
const NAMES_BYTES = 2048;

/** SKF_NET_OFF: offsets from the network header, whatever the link layer is. */
const NET = 0xfff0_0000;
const LOAD_LENGTH = 0x80;
const LOAD_BYTE = 0x30;
const LOAD_HALF = 0x28;
const LOAD_HALF_INDEXED = 0x48;
const SHIFT_RIGHT = 0x74;
const SHIFT_LEFT = 0x64;
const AND = 0x54;
const TO_X = 0x07;
const JUMP = 0x05;
const JUMP_EQUAL = 0x15;
const JUMP_GREATER = 0x25;
const JUMP_SET = 0x45;
const RETURN = 0x06;

/** Accepts every frame and says how many of its bytes are wanted; jumps count from the next instruction. */
const snapLength: readonly Instruction[] = [
  /* 0: short frames; reading behind their end would drop them */ [LOAD_LENGTH, 0, 0, 0],
  /* 1 */ [JUMP_GREATER, 0, 22, HEADER_BYTES],
  /* 2 */ [LOAD_BYTE, 0, 0, NET],
  /* 3 */ [SHIFT_RIGHT, 0, 0, 4],
  /* 4 */ [JUMP_EQUAL, 1, 0, 4],
  /* 5 */ [JUMP_EQUAL, 10, 18, 6],
  /* 6: IPv4, first fragment of UDP */ [LOAD_BYTE, 0, 0, NET + 9],
  /* 7 */ [JUMP_EQUAL, 0, 16, 17],
  /* 8 */ [LOAD_HALF, 0, 0, NET + 6],
  /* 9 */ [JUMP_SET, 14, 0, 0x1fff],
  /* 10 */ [LOAD_BYTE, 0, 0, NET],
  /* 11 */ [AND, 0, 0, 15],
  /* 12 */ [SHIFT_LEFT, 0, 0, 2],
  /* 13 */ [TO_X, 0, 0, 0],
  /* 14 */ [LOAD_HALF_INDEXED, 0, 0, NET + 2],
  /* 15 */ [JUMP_EQUAL, 9, 4, 67],
  /* 16: IPv6: UDP or ICMPv6 */ [LOAD_BYTE, 0, 0, NET + 6],
  /* 17 */ [JUMP_EQUAL, 7, 0, 58],
  /* 18 */ [JUMP_EQUAL, 0, 5, 17],
  /* 19 */ [LOAD_HALF, 0, 0, NET + 42],
  /* 20: destination port */ [JUMP_EQUAL, 4, 0, 68],
  /* 21 */ [JUMP_EQUAL, 3, 0, 546],
  /* 22 */ [JUMP_EQUAL, 2, 0, 547],
  /* 23 */ [JUMP_EQUAL, 1, 0, 5353],
  /* 24 */ [RETURN, 0, 0, HEADER_BYTES],
  /* 25 */ [RETURN, 0, 0, NAMES_BYTES],
];

/** A program made without an interface looks for tags where a received frame has none: it would never match. */
const vlanKeyword = /(?:^|[\s!(])vlan(?:$|[\s)])/;

/** Accepts nothing. */
export const nothing: readonly Instruction[] = [[RETURN, 0, 0, 0]];

/**
 * The program for one socket: the user's filter (tcpdump syntax, may be empty), then the snap length. `linkType`: one of
 * `linkTypes`. Throws an AppError where the filter cannot be compiled.
 */
export function captureProgram(filter: string, linkType: number): Instruction[] {
  if (filter === '') return [...snapLength];
  if (vlanKeyword.test(filter)) {
    throw new AppError(
      'CAPTURE_FILTER',
      `capture.filter "${filter}" asks for VLAN tags, which Linux takes off before the filter sees a packet: name the ` +
        'interface of the VLAN in capture.interfaces (such as eth0.5) instead, or set capture.driver to libpcap.',
    );
  }
  const compiled = compile(filter, linkType);
  return [
    ...compiled.map((instruction, index): Instruction => {
      const accepts = instruction[0] === RETURN && instruction[3] !== 0;
      return accepts ? [JUMP, 0, 0, compiled.length - index - 1] : instruction;
    }),
    ...snapLength,
  ];
}

/** The program as the kernel wants it: `struct sock_filter[]`. */
export function encodeProgram(program: readonly Instruction[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(program.length * 8));
  for (const [index, [code, jt, jf, k]] of program.entries()) {
    view.setUint16(index * 8, code, true);
    view.setUint8(index * 8 + 2, jt);
    view.setUint8(index * 8 + 3, jf);
    view.setUint32(index * 8 + 4, k, true);
  }
  return new Uint8Array(view.buffer);
}

/** pcap_compile(3PCAP) of the installed libpcap. */
function compile(filter: string, linkType: number): Instruction[] {
  const pcap = loadPcap();
  const dataLinkType = linkType === linkTypes.raw ? DLT_RAW : linkType;
  const handle: unknown = pcap.openDead(dataLinkType, 0x4_0000);
  const program: { bf_len?: number; bf_insns?: unknown } = {};
  try {
    if (Number(pcap.compile(handle, program, filter, 1, 0xffff_ffff)) !== 0) {
      throw new AppError(
        'CAPTURE_FILTER',
        `capture.filter "${filter}" is not a valid filter (${String(pcap.geterr(handle))}): use tcpdump syntax, ` +
          'for example "not port 22".',
      );
    }
    const length = Number(program.bf_len);
    const memory = new DataView(koffi.view(program.bf_insns, length * 8));
    const instructions = Array.from({ length }, (_, index): Instruction => {
      const at = index * 8;
      return [
        memory.getUint16(at, true),
        memory.getUint8(at + 2),
        memory.getUint8(at + 3),
        memory.getUint32(at + 4, true),
      ];
    });
    pcap.freecode(program);
    return instructions;
  } finally {
    pcap.close(handle);
  }
}

const libraryNames = ['libpcap.so.1', 'libpcap.so.0.8', 'libpcap.so', 'libpcap.dylib'];

type KoffiFunction = ReturnType<LibraryHandle['func']>;

interface Pcap {
  openDead: KoffiFunction;
  compile: KoffiFunction;
  geterr: KoffiFunction;
  freecode: KoffiFunction;
  close: KoffiFunction;
}

let loaded: Pcap | undefined;

function loadPcap(): Pcap {
  loaded ??= bindPcap(openLibrary());
  return loaded;
}

function bindPcap(library: LibraryHandle): Pcap {
  const program = koffi.struct({ bf_len: 'uint', bf_insns: 'void *' });
  return {
    openDead: library.func('pcap_open_dead', 'void *', ['int', 'int']),
    compile: library.func('pcap_compile', 'int', [
      'void *',
      koffi.inout(koffi.pointer(program)),
      'str',
      'int',
      'uint',
    ]),
    geterr: library.func('pcap_geterr', 'str', ['void *']),
    freecode: library.func('pcap_freecode', 'void', [koffi.inout(koffi.pointer(program))]),
    close: library.func('pcap_close', 'void', ['void *']),
  };
}

function openLibrary(): LibraryHandle {
  const failures: string[] = [];
  for (const name of libraryNames) {
    try {
      return koffi.load(name);
    } catch (error) {
      failures.push(messageOf(error));
    }
  }
  throw new AppError(
    'CAPTURE_FILTER',
    'capture.filter needs libpcap to translate it: install it (Debian: "apt install libpcap0.8") or remove capture.filter.',
    { cause: failures },
  );
}
