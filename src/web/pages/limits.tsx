import { LimitList } from './limits/limit-list.tsx';
import { GroupList } from './limits/group-list.tsx';
import './limits.css';

export function Limits() {
  return (
    <>
      <h1>Limits</h1>
      <LimitList />
      <GroupList />
    </>
  );
}
