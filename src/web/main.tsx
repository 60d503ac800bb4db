import { render } from 'preact';
import './styles/theme.css';
import './styles/base.css';
import './styles/parts.css';
import './styles/shell.css';
import { App } from './app.tsx';
import { startHome } from './state/home.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');
startHome();
render(<App />, root);
