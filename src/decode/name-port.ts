/** UDP ports of the messages that tell who a device is (RFC 2131, RFC 8415, RFC 6762). */
export const namePorts = { dhcpServer: 67, dhcpClient: 68, dhcpv6Server: 547, mdns: 5353 } as const;

/** Whether messages to this port may name their sender. */
export function isNamePort(port: number): boolean {
  return (
    port === namePorts.mdns ||
    port === namePorts.dhcpServer ||
    port === namePorts.dhcpClient ||
    port === namePorts.dhcpv6Server
  );
}
