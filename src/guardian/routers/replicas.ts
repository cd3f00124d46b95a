import { replicas } from '../../domain/traffic/replicas.ts';
import { main } from '../main.ts';

main(replicas);
