import { expect, test } from 'vitest';
import { captureProgram } from '../../src/capture/af-packet/filter.ts';
import { linkTypes } from '../../src/model/traffic.ts';

test.each(['vlan', 'vlan 5', 'not vlan', '(vlan 5 and port 80)', 'port 80 and !(vlan)'])(
  'the filter "%s" is refused: it would never match',
  (filter) => {
    expect(() => captureProgram(filter, linkTypes.ethernet)).toThrow(
      `capture.filter "${filter}" asks for VLAN tags, which Linux takes off before the filter sees a packet: name the ` +
        'interface of the VLAN in capture.interfaces (such as eth0.5) instead, or set capture.driver to libpcap.',
    );
  },
);
